import type { Node } from '../inventory/cluster.js'
import type { CheckContext } from './check.js'

/** A node that is to leave, as others know it. */
export type Named = Pick<Node, 'name' | 'address' | 'roles' | 'hostName'>

/** Nodes that are to be taken back, whether all of the cluster goes with them, and whether they answer no more. */
export interface Going {
  readonly nodes: readonly Named[]
  readonly whole: boolean
  readonly gone: boolean
}

export const isMaster = ({ roles }: Named): boolean => roles.includes('control-plane')
/** Who stays. */
export const nodesBesides = (going: readonly Named[], { cluster }: CheckContext): readonly Node[] =>
  cluster.nodes.filter(({ name }) => !going.some((node) => node.name === name))
