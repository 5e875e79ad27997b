import { escapeLine } from '../../cli/render/escape.js'
import type { Cluster } from '../../inventory/cluster.js'
import { nodeList } from '../../inventory/node-list.js'
import { carriesBalancer } from '../../inventory/roles.js'
import type { NodeRef } from '../node-ref.js'
import type { Speaker } from '../../cli/session/speaker.js'

/** The cluster that goes on. */
export function without(cluster: Cluster, names: readonly string[]): Cluster {
  return { ...cluster, nodes: cluster.nodes.filter(({ name }) => !names.includes(name)) }
}

/** Without warnings of the inventory: they are about what is wanted, and of that nothing is left. */
export function unwarned(cluster: Cluster): Cluster {
  return { ...cluster, warnings: [] }
}

/** Of machines that are gone: they know nothing of what was decided about them. */
export function goneLine(nodes: readonly NodeRef[], { endpoint }: Cluster): string {
  const names = nodeList(nodes.map(({ name }) => name))
  const claims = nodes.some((node) => carriesBalancer(node, endpoint)) ? `, and claims ${endpoint.host} for itself` : ''
  return `The machine itself is not touched: nothing of ${names} is looked at. Switched on again it takes itself for a part of the cluster${claims}: wipe it first.`
}

/** Who is in the inventory is wanted: an apply brings it back. */
export function tellListed(names: readonly string[], inventory: Cluster, { say }: Pick<Speaker, 'say'>): void {
  const listed = names.filter((name) => inventory.nodes.some((node) => node.name === name))
  if (listed.length === 0) return
  const them = listed.length === 1 ? 'it' : 'them'
  say(
    escapeLine(
      `Still in ${inventory.inventoryPath}: ${listed.join(', ')}. Take ${them} out of it, or the next apply joins ${them} again.`,
    ),
  )
}
