import type { Node } from '../inventory/cluster.js'

/** A node as others know it: enough to take it out of the cluster. */
export type Leaver = Pick<Node, 'name' | 'address' | 'roles' | 'hostName'>

/** What a plan is for that is not there to bring the machines to the state of the inventory and nothing else. */
export type Intent = ResetIntent | ReplaceIntent

/** These nodes are to be as they were before tripod. */
export interface ResetIntent {
  readonly do: 'reset'
  /** Also such as the inventory does not name any more. */
  readonly nodes: readonly Leaver[]
  /** The cluster goes with them; else it goes on without. */
  readonly whole: boolean
  /** They do not answer and never will: only what others hold of them goes. */
  readonly gone: boolean
}

/** A machine that is lost is forgotten, and everything is made as the inventory says, in which another one has come. */
export interface ReplaceIntent {
  readonly do: 'replace'
  readonly node: Leaver
  /** Name of the one that comes. */
  readonly by: string
}

/** Who leaves the cluster, and whether without a word: they do not answer any more. */
export function leaving(intent: Intent): { readonly nodes: readonly Leaver[]; readonly gone: boolean } {
  return intent.do === 'reset' ? intent : { nodes: [intent.node], gone: true }
}
