import { isUntouched } from '../topology.js'
import type { Check } from './check.js'

/** P07: a node that joined under another host name than the inventory's; it is never renamed. */
export const hostName: Check = ({ seen, cluster, topology }) =>
  seen
    .filter(({ node, facts }) => !isUntouched(topology.states[node.name]) && facts.identity.hostname !== node.name)
    .map(({ node, facts }) => ({
      id: 'P07',
      severity: 'warning',
      node: node.name,
      message: `The host name of ${node.name} is ${facts.identity.hostname}, and it has joined the cluster already: it is not renamed`,
      fix: `Set the name back by hand if it was changed after the join, or correct it in ${cluster.inventoryPath}`,
    }))
