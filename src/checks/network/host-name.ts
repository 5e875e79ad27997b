import { nodeName } from '../../inventory/node-name.js'
import { isUntouched, type Seen } from '../../topology.js'
import type { Check } from '../check.js'

/** P07: a node that joined under another host name than it has now; it is never renamed. */
export const hostName: Check = ({ seen, cluster, topology }) =>
  seen
    .filter((one) => !isUntouched(topology.states[one.node.name]) && isOther(one))
    .map(({ node, facts }) => ({
      id: 'P07',
      severity: 'warning',
      node: node.name,
      ...(node.hostName === 'keep'
        ? {
            message: `joined the cluster as ${node.ownName ?? ''}, and its host name is ${facts.identity.hostname} now`,
            fix: `Set the name back on ${node.name}: \`hostnamectl set-hostname ${node.ownName ?? ''}\``,
          }
        : {
            message: `The host name of ${node.name} is ${facts.identity.hostname}, and it has joined the cluster already: it is not renamed`,
            fix: `Set the name back by hand if it was changed after the join, or correct it in ${cluster.inventoryPath}`,
          }),
    }))

function isOther({ node, facts: { identity } }: Seen): boolean {
  return node.hostName === 'keep' ? nodeName(node) !== identity.hostname.toLowerCase() : identity.hostname !== node.name
}
