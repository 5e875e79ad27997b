import { joinsCluster } from '../../inventory/roles.js'
import type { Endpoint, Node } from '../../inventory/cluster.js'
import { isUntouched } from '../../topology.js'
import { type Check } from '../check.js'

const KUBELET = [10248, 10249, 10250, 10256]
const CONTROL_PLANE = [2379, 2380, 2381, 10257, 10259]

/** P13: ports that a node will need and something else has. */
export const ports: Check = ({ seen, cluster: { endpoint }, topology }) =>
  seen
    .filter(({ node }) => isUntouched(topology.states[node.name]))
    .flatMap(({ node, facts }) =>
      facts.listening
        .filter(({ port }) => neededOn(node, endpoint).includes(port))
        // Whose HAProxy it is, P27 tells.
        .filter(({ port, process }) => !(port === endpoint.port && process === 'haproxy'))
        .map(({ port, process, pid }) => ({
          id: 'P13',
          severity: 'fatal',
          node: node.name,
          message: `Port ${port} held by ${process === '' ? 'an unknown process' : `${process} (pid ${pid})`} on ${node.name}`,
          fix: `Stop it on ${node.name}, or choose another port in the inventory where it may be chosen`,
        })),
    )

function neededOn(node: Node, endpoint: Endpoint): readonly number[] {
  const isMaster = node.roles.includes('control-plane')
  const balances = node.roles.includes('load-balancer') || (isMaster && ['L2', 'L3'].includes(endpoint.layout))
  return [
    ...(joinsCluster(node) ? KUBELET : []),
    ...(isMaster ? [...CONTROL_PLANE, endpoint.apiPort] : []),
    ...(balances ? [endpoint.port] : []),
  ]
}
