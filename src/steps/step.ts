import type { NextStep } from '../next-step.js'
import type { Facts } from '../facts/facts.js'
import type { KeyRenewal } from '../facts/key-life.js'
import type { Cluster, Node } from '../inventory/cluster.js'
import type { OsFamily } from '../os/os-family.js'
import type { Authorities } from '../pki/authorities.js'
import type { CommandResource, ManifestObject, Resource } from '../resources/resource.js'
import type { Script } from '../shell.js'
import type { Seen, Topology } from '../topology.js'
import type { Gate } from './gate.js'

/** Objects that go to the API server together, verified and made fit for this cluster. */
export interface ManifestSet {
  /** `calico-crds`: names it in the plan, and what the cluster notes of it. */
  readonly name: string
  /** Address or file it came from. */
  readonly source: string
  /** Of the bytes as they came, hex. */
  readonly sha256: string
  /** Environment that tripod sets in upstream's objects, for the reader of the plan; left out: none. */
  readonly settings?: Readonly<Record<string, string>>
  /** In the order in which they are applied; left out where it was not fetched, as in an offline plan. */
  readonly objects?: readonly ManifestObject[]
}

/** What is known of the whole cluster. */
export interface ClusterContext {
  readonly cluster: Cluster
  readonly topology: Topology
  /** The nodes that answered, in inventory order. */
  readonly seen: readonly Seen[]
  /** Left out in an offline plan, and while it cannot be told which they are. */
  readonly authorities?: Authorities
  /** What the pod network consists of, in the order in which it is applied; left out where it is not at hand. */
  readonly manifests?: readonly ManifestSet[]
  /** What the sources of signing keys that end soon have; left out where that was not looked at. */
  readonly renewals?: readonly KeyRenewal[]
  /** Names this run: [a-z0-9]+; what it makes for itself alone bears it. */
  readonly runId?: string
}

/** What is taken back at the end of a run, however it ends. */
export interface Cleanup {
  /** `the bootstrap token is deleted`. */
  readonly title: string
  readonly node: string
  /** 0: nothing is left of it. Run once, when the run ends. */
  readonly script: Script
}

/** What is known when a step says what it wants on one node. */
export interface StepContext extends ClusterContext {
  readonly node: Node
  readonly facts: Facts
  readonly os: OsFamily
}

/** A pure function from what is known to what is wanted. It never connects, reads, prints or runs anything. */
export interface Step {
  /** Stable: used by --step, in op records and golden plans. */
  readonly id: string
  /** `Install and configure containerd`. */
  readonly title: string
  /** One sentence, shown by `tripod steps`. */
  readonly why: string
  readonly runsOn: (node: Node, context: ClusterContext) => boolean
  /** serial: one node at a time, in inventory order. */
  readonly rollout: 'parallel' | 'serial'
  /** Of a serial step: this node's turn comes when the others are done. */
  readonly goesLast?: (seen: Seen) => boolean
  /** It applies manifests: they are fetched only where such a step is asked. */
  readonly needsManifests?: true
  /** What must hold around the step; asked only where it has something to do. */
  readonly gates?: (context: ClusterContext) => readonly Gate[]
  /** Where it had something to do: at the end of the run, also of one that fails or is interrupted. */
  readonly cleanup?: (context: ClusterContext) => readonly Cleanup[]
  /**
   * What the plan says of a command of this step, by its id, that an earlier apply recorded on the node and that the step does not want
   * any more; undefined: nothing is left of it. Left out: that a person must decide.
   */
  readonly outlived?: (id: string, seen: Seen) => { readonly message: string; readonly fix: NextStep } | undefined
  /** The first of it on a fresh cluster brings the cluster about: from then on the authorities are in use. */
  readonly bootstraps?: true
  /** What it wants on a node depends on which other nodes there are: they are told when one leaves. */
  readonly dependsOnMembership?: true
  /**
   * Commands that tell by themselves whether there is something of them to take back, by their undo's `neededWhen`: a record that is gone,
   * or that never was, is no reason to leave it.
   */
  readonly tellsItself?: (context: StepContext) => readonly CommandResource[]
  /** It takes back what that step made on these nodes, and wants nothing itself. */
  readonly takesBack?: { readonly step: Step; readonly nodes: readonly string[] }
  /** In the order in which they are to be acted on. */
  readonly resources: (context: StepContext) => readonly Resource[]
}
