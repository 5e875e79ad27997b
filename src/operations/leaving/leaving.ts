import type { CheckContext } from '../../checks/check.js'
import type { Node } from '../../inventory/cluster.js'
import type { NodeRef } from '../node-ref.js'

/** Nodes that leave a cluster that goes on. */
export interface Leaving {
  readonly nodes: readonly NodeRef[]
  /** The machines are gone, and nothing of them answers: their pods cannot be moved. */
  readonly gone: boolean
}

/** Who stays. */
export const nodesBesides = (going: readonly NodeRef[], { cluster }: CheckContext): readonly Node[] =>
  cluster.nodes.filter(({ name }) => !going.some((node) => node.name === name))
