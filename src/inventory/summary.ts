import type { Cluster, Endpoint, Role } from './cluster.js'
import { urlHost } from './url-host.js'

const numbered = (number: number, one: string): string => `${String(number)} ${one}${number === 1 ? '' : 's'}`

/** `3 masters with workloads, 2 workers`: each node once. */
function countNodes({ nodes }: Cluster): readonly string[] {
  const having = (role: Role): Cluster['nodes'] => nodes.filter((node) => node.roles.includes(role))
  const masters = having('control-plane')
  const carrying = masters.filter((node) => node.roles.includes('worker')).length
  const [workers, balancers] = [having('worker').length - carrying, having('load-balancer').length]
  const workloads =
    carrying === 0 ? '' : carrying === masters.length ? ' with workloads' : ` (${String(carrying)} with workloads)`
  return [
    ...(masters.length > 0 ? [numbered(masters.length, 'master') + workloads] : []),
    ...(workers > 0 ? [numbered(workers, 'worker')] : []),
    ...(balancers > 0 ? [numbered(balancers, 'load balancer')] : []),
  ]
}

function spellEndpoint({ layout, host, port, apiPort }: Endpoint): string {
  const name = urlHost(host)
  const place = layout === 'external' ? 'external load balancer' : `layout ${layout},`
  return `${place} ${name}:${String(port)}, API servers on ${String(apiPort)}`
}

/** One line about a valid inventory: name, numbers of nodes, version, layout. */
export function summarise(cluster: Cluster): string {
  return [
    `cluster ${cluster.name}`,
    ...countNodes(cluster),
    `Kubernetes ${cluster.kubernetes.version}`,
    spellEndpoint(cluster.endpoint),
  ].join(', ')
}
