import { asItIs, findNode } from './find-node.js'
import { TripodError } from '../../errors.js'
import type { Cluster, Node } from '../../inventory/cluster.js'
import type { NodeRef } from '../node-ref.js'
import { type SessionFlags, withSession } from '../../cli/session/session.js'
import { next, type NextStep, tripod } from '../../next-step.js'

/**
 * The node of that name, as the inventory says it, else as the cluster knows it, which is asked then. Throws UNKNOWN_NODE, with
 * what to do if earlier work was `brokenOff` after the cluster forgot it, or CLUSTER_UNREACHABLE where no master can be asked.
 */
export async function namedNode(
  inventory: Cluster,
  name: string,
  flags: SessionFlags,
  brokenOff: NextStep = '',
): Promise<NodeRef> {
  const listed = inventory.nodes.find((node) => node.name === name)
  if (listed !== undefined) return asListed(listed)
  const found = await withSession('node', flags, ({ input }) => findNode(input, name))
  // A machine that keeps its name is called otherwise by the cluster than by the inventory.
  const kept = inventory.nodes.find((node) => node.hostName === 'keep' && node.address === found?.address)
  if (kept !== undefined) return asListed(kept)
  if (found !== undefined) return found
  const { inventoryPath } = inventory
  throw new TripodError(
    'UNKNOWN_NODE',
    `neither ${inventoryPath} nor the cluster has a node ${JSON.stringify(name)}`,
    next`${tripod('plan')} names those of the cluster that are not in it.${brokenOff === '' ? '' : next` ${brokenOff}`}`,
  )
}

function asListed({ name, address, roles, hostName }: Node): NodeRef {
  return { name, address, roles, ...(hostName && { hostName }) }
}

/** With the role that its machine has; who is in the inventory is what that says. */
export async function asItsMachineIs(inventory: Cluster, found: NodeRef, flags: SessionFlags): Promise<NodeRef> {
  if (inventory.nodes.some(({ name }) => name === found.name)) return found
  return withSession('node', { ...flags, guests: [found] }, ({ input }) => asItIs(input, found))
}
