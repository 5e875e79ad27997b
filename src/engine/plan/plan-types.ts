import type { Finding } from '../../checks/finding.js'
import type { TripodError } from '../../errors.js'
import type { Cluster, Node } from '../../inventory/cluster.js'
import type { Action, Delta, Precondition } from '../../resources/kind.js'
import type { Disruption, ResourceKind } from '../../resources/resource.js'
import type { Intent } from '../../operations/intents.js'
import type { NodeState } from '../../topology.js'

/** The change of one resource on one node: the one shape of engine, renderers and JSON. */
export interface Op {
  /** `m1:file:/etc/containerd/config.toml`, with the node on which it runs; stable. */
  readonly id: string
  readonly step: string
  /** Name of the node that it is about: if it fails, that node goes no further. */
  readonly node: string
  /** Name of the node on which it runs, if that is another one. */
  readonly host?: string
  readonly kind: ResourceKind
  /** Path, package, unit, command id, or kind and name of an object. */
  readonly name: string
  /** Of an object: the set of manifests that it came with. */
  readonly set?: string
  readonly action: Action
  readonly certainty: 'sure' | 'maybe'
  /** An op id, or `facts` in an offline plan. */
  readonly decidedBy?: string
  readonly disruption: Disruption
  /** The units that restart, reload or stop; left out where the op's own name is the best there is. */
  readonly units?: readonly string[]
  readonly reason: { readonly code: ReasonCode; readonly text: string }
  readonly dependsOn: readonly string[]
  readonly pre: readonly Precondition[]
  readonly change: Delta
  readonly sensitive: boolean
  /** What takes it back, in a few words: `swapon what was on`, `nothing`, `impossible`. */
  readonly undo?: string
  /** Addresses it fetches from, as far as the plan can tell. */
  readonly downloads?: readonly string[]
  /** Rough; left out where it is over at once. */
  readonly estimateSeconds?: number
}

/** Name of the node on which an op runs. */
export function hostOf({ host, node }: Pick<Op, 'host' | 'node'>): string {
  return host ?? node
}

/**
 * missing, differs: plain difference. drift: the machine moved since the last apply, not the inventory. unfinished: begun by a
 * run that did not end. owed: a restart or reload that has not happened yet. leftover: recorded, wanted by no step any more.
 */
export type ReasonCode = 'missing' | 'differs' | 'drift' | 'unfinished' | 'owed' | 'leftover'

export interface PlannedNode {
  readonly node: Node
  readonly reachable: boolean
  /** Why it is not, or what of it could not be read. */
  readonly problems: readonly TripodError[]
  /** `Debian GNU/Linux 12 (bookworm)`; what was assumed in an offline plan. */
  readonly os?: string
  readonly state?: NodeState
  /** Fingerprint of the verified host key, `SHA256:...`. */
  readonly hostKey?: string
  readonly machineId?: string
  readonly bootId?: string
}

export interface PlannedStep {
  readonly id: string
  readonly title: string
  readonly why?: string
  /** serial: one node at a time. */
  readonly rollout?: 'parallel' | 'serial'
  readonly ops: readonly Op[]
  /** What is checked around the step: `first: P16 nobody answers for 10.0.0.10`. Left out where nothing is. */
  readonly gates?: readonly string[]
  /** What the run does when it ends, well or not: `the token to join with is deleted`. Left out: nothing. */
  readonly atEnd?: readonly string[]
}

export interface PlanSummary {
  readonly create: number
  readonly update: number
  readonly replace: number
  readonly delete: number
  readonly run: number
  readonly maybe: number
  readonly restarts: number
  readonly reboots: number
  readonly dataLoss: number
  readonly nodesChanged: number
  readonly nodesTotal: number
  readonly nodesUnreachable: number
}

/** Something that could not be read: the plan cannot be applied until it can, or the node is left out by name. */
export interface UnknownResource {
  readonly node: string
  readonly step: string
  /** `file:/etc/fstab`. */
  readonly resource: string
  readonly reason: string
}

export interface Selectors {
  readonly nodes?: readonly string[]
  readonly skipNodes?: readonly string[]
  readonly steps?: readonly string[]
}

/** Data, without secrets and without connections: what a reviewer approves. */
export interface Plan {
  readonly cluster: Cluster
  /** Left out: an apply of the inventory. */
  readonly intent?: Intent
  /** `sha256:...` of the cluster's authority, where it is known. */
  readonly caHash?: string
  readonly mode: 'online' | 'offline'
  /** false: selectors left something out. */
  readonly complete: boolean
  readonly applyable: boolean
  readonly selectors: Selectors
  /** Inventory order; those left out by selectors are not among them. */
  readonly nodes: readonly PlannedNode[]
  /** Steps with at least one op, in order. */
  readonly steps: readonly PlannedStep[]
  readonly unknown: readonly UnknownResource[]
  readonly findings: readonly Finding[]
  /** Of an offline plan: what it takes for granted of the machines, a sentence each. */
  readonly assumptions?: readonly string[]
  readonly summary: PlanSummary
  /** How long connecting and the two looks took. */
  readonly seconds: number
}
