import { findNode } from '../engine/find-node.js'
import { TripodError } from '../errors.js'
import type { Cluster } from '../inventory/cluster.js'
import { quote } from '../shell.js'
import type { Leaver } from '../steps/intent.js'
import { type SessionFlags, withSession } from './session.js'

/**
 * The node of that name, as the inventory says it, else as the cluster knows it, which is asked then. Throws UNKNOWN_NODE, with
 * what to do where earlier work was `brokenOff` after the cluster forgot it, or CLUSTER_UNREACHABLE where no master can be asked.
 */
export async function leaverOf(
  inventory: Cluster,
  name: string,
  flags: SessionFlags,
  brokenOff: string,
): Promise<Leaver> {
  const listed = inventory.nodes.find((node) => node.name === name)
  if (listed !== undefined) return { name, address: listed.address, roles: listed.roles }
  const found = await withSession('node', flags, ({ input }) => findNode(input, name))
  if (found !== undefined) return found
  const { inventoryPath } = inventory
  throw new TripodError(
    'UNKNOWN_NODE',
    `neither ${inventoryPath} nor the cluster has a node ${JSON.stringify(name)}`,
    `tripod status -i ${quote(inventoryPath)} lists them. ${brokenOff}`,
  )
}
