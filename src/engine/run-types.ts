import type { KeyEnd } from '../facts/key-life.js'
import type { Host } from '../host/host.js'
import type { Cluster, Node } from '../inventory/cluster.js'
import type { AuthorityStore } from '../pki/authorities.js'
import type { Reference } from '../secret.js'
import type { Finding } from '../checks/finding.js'
import type { Intent } from '../operations/intents.js'
import type { NodeRef } from '../operations/node-ref.js'
import type { ClusterContext, ManifestSet, Step } from '../steps/step.js'
import type { ApplySummary, Emit } from './events.js'
import type { LastWritten } from './apply/last-written.js'
import type { PackageVersions } from './plan/plan-node.js'
import type { Plan, Selectors } from './plan/plan-types.js'

/** Exact versions of a node's packages, seen after the last change to them. */
export interface NodeVersions {
  readonly node: string
  /** These are all there are to tell; else what is not named stays as it was noted before. */
  readonly complete: boolean
  readonly packages: PackageVersions
}

/** Everything the engine needs from outside; it opens, prints and asks nothing itself. */
export interface RunInput {
  readonly cluster: Cluster
  readonly steps: readonly Step[]
  readonly selectors: Selectors
  /** What it is for, if not an apply of the inventory; stands in the plan, and the steps are those that it takes. */
  readonly intent?: Intent
  /** Nodes that it is about, also such as the cluster does not have any more. */
  readonly about?: readonly NodeRef[]
  /** Only what is taken back speaks: what else stands in the records of the nodes is wanted as ever, though no step here wants it. */
  readonly leavesRecords?: true
  /** Opens a verified connection; its TripodError (69, 77) is what the plan says of the node. */
  readonly connect: (node: Node) => Promise<Host>
  /** The value behind a reference, called when the op that needs it runs. */
  readonly resolve: (reference: Reference) => Promise<string>
  /** Reads when a key file ends; throws where it cannot. Left out: nothing is told of the life of signing keys. */
  readonly keyEnd?: (bytes: Buffer) => Promise<KeyEnd>
  /** The file that the source of a signing key has now; asked for keys that end soon. Left out: nothing is fetched. */
  readonly currentKey?: (reference: Reference) => Promise<string>
  /** Left out: no authorities can be had, and no cluster is begun. */
  readonly authorities?: AuthorityStore
  /** Fetches and verifies the pod network's manifests; called where they are needed. */
  readonly manifests?: () => Promise<readonly ManifestSet[]>
  /** What stands against the plan; left out: the checks of an apply. */
  readonly checks?: (context: ClusterContext) => readonly Finding[]
  readonly emit: Emit
  /** Called when an apply that changed something ends, well or not: what runs where now. */
  readonly noteVersions?: (nodes: readonly NodeVersions[]) => void
  /** Aborted by the first SIGINT or SIGTERM: nothing new is started. */
  readonly signal: AbortSignal
  /** Short, unique, [a-z0-9]+: names the units and directories of this run on the nodes. */
  readonly runId: string
  /** `ops@laptop`: who holds the lock, for the loser's message. */
  readonly operator: string
}

/** A plan together with the connections it was read over. */
export interface Run {
  readonly plan: Plan
  /**
   * Takes the lock, looks again, refuses surprises (PLAN_STALE), acts, checks. Throws APPLY_INCOMPLETE and the like. With `only`,
   * the ids of the ops that were reviewed: what drifted where they have nothing to do is left as it is.
   */
  apply(only?: ReadonlySet<string>): Promise<ApplySummary>
  /** Of files on a node, for a message: one exec. */
  lastWritten(node: string, paths: readonly string[]): Promise<ReadonlyMap<string, LastWritten>>
  close(): Promise<void>
}
