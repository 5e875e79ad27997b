import type { NodeState } from '../../topology.js'
import type { Check } from '../check.js'

const JOINED: readonly (NodeState | undefined)[] = ['control-plane-ready', 'worker-ready']

/** Somebody deleted the Node of a machine that goes on as before: its kubelet registers only when it starts. */
export const unregistered: Check = ({ seen, topology }) => {
  const nodes = seen
    .filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
    .map(({ facts }) => facts.kubernetes.nodes)
    .find((told) => told !== undefined)
  if (nodes === undefined) return []
  const gone = seen.filter(({ node }) => JOINED.includes(topology.states[node.name]) && !nodes.includes(node.name))
  return gone.map(({ node: { name } }) => ({
    id: 'P57',
    severity: 'warning' as const,
    node: name,
    message: `has joined, but the cluster has no Node ${name}: nothing runs there, and its labels and taints wait`,
    fix: `Run \`systemctl restart kubelet\` on ${name}; if it does not register then, \`kubeadm reset -f\` there, and apply joins it anew`,
  }))
}
