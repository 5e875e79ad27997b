import type { Facts } from './facts/facts.js'
import type { Node } from './inventory/cluster.js'

/**
 * Where a node stands (domain.md 1.0). `fresh`: no cluster files; `prepared`: fresh, and tripod made it ready before;
 * `half`: some files of a join or init that did not finish; `foreign`: of another cluster.
 */
export type NodeState =
  'fresh' | 'prepared' | 'worker-ready' | 'worker-half' | 'control-plane-ready' | 'control-plane-half' | 'foreign'

/** A node that answered. */
export interface Seen {
  readonly node: Node
  readonly facts: Facts
}

/** What all nodes together tell. */
export interface Topology {
  readonly states: Readonly<Record<string, NodeState>>
  /** SHA-256 of the cluster CA's public key, hex, once there is a cluster. */
  readonly caHash?: string
}
