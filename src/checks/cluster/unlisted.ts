import type { Check } from '../check.js'
import { next, tripod } from '../../next-step.js'

/** Who left the inventory has not left the cluster: an apply never removes anybody. */
export const unlisted: Check = ({ cluster, seen, topology }) => {
  // Who bears another name in the cluster than in the inventory is told of elsewhere.
  const listed = new Set([
    ...cluster.nodes.map(({ name }) => name),
    ...seen.map(({ facts }) => facts.identity.hostname),
  ])
  const tellers = seen.filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
  const nodes = tellers.flatMap(({ facts }) => facts.kubernetes.nodes ?? [])
  const members = tellers.flatMap(({ facts }) => facts.kubernetes.members ?? []).map(({ name }) => name)
  const strangers = [...new Set([...nodes, ...members])].filter((name) => name !== '' && !listed.has(name))
  return strangers.map((name) => ({
    id: 'P56',
    severity: 'warning' as const,
    node: name,
    message: `is ${nodes.includes(name) ? 'a node of the cluster' : 'a member of etcd'}, and ${cluster.inventoryPath} does not name it`,
    fix: next`To keep it, add it to the inventory. To remove it: ${tripod('node remove', name)}`,
  }))
}
