import { selectNodes } from '../../engine/plan/select.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { SelectorFlags } from '../../cli/app/selectors.js'
import type { RemoveIntent } from '../remove/intent.js'
import type { ResetIntent } from './intent.js'

interface WhichFlags extends Pick<SelectorFlags, 'node' | 'skip-node'> {
  /** Left out: no. */
  readonly forget?: boolean | undefined
}

/**
 * What `tripod reset` is asked for: the whole cluster, unless nodes are named and others stay. A node that is not looked at is left as it
 * is, and keeps nobody from taking back all the others. Throws UNKNOWN_NODE.
 */
export function chosen(cluster: Cluster, flags: WhichFlags): ResetIntent | RemoveIntent {
  const { node: names, 'skip-node': skipNodes, forget = false } = flags
  const all = selectNodes(cluster, { ...(names && { nodes: names }), ...(skipNodes && { skipNodes }) })
  const nodes = all.map(({ name, address, roles, hostName }) => ({
    name,
    address,
    roles,
    ...(hostName && { hostName }),
  }))
  const isWhole = names === undefined || nodes.length === cluster.nodes.length
  return isWhole && !forget ? { kind: 'reset', nodes } : { kind: 'remove', nodes, gone: forget }
}
