import type { Cluster, Endpoint, Role } from './cluster.js'

function count(cluster: Cluster, role: Role, one: string, many: string): readonly string[] {
  const number = cluster.nodes.filter((node) => node.roles.includes(role)).length
  return number === 0 ? [] : [`${String(number)} ${number === 1 ? one : many}`]
}

function spellEndpoint({ layout, host, port, apiPort }: Endpoint): string {
  const name = host.includes(':') ? `[${host}]` : host
  const place = layout === 'external' ? 'external load balancer' : `layout ${layout},`
  return `${place} ${name}:${String(port)}, API servers on ${String(apiPort)}`
}

/** One line about a valid inventory: name, numbers of nodes, version, layout. A master with workloads counts as both. */
export function summarise(cluster: Cluster): string {
  return [
    `cluster ${cluster.name}`,
    ...count(cluster, 'control-plane', 'master', 'masters'),
    ...count(cluster, 'worker', 'worker', 'workers'),
    ...count(cluster, 'load-balancer', 'load balancer', 'load balancers'),
    `Kubernetes ${cluster.kubernetes.version}`,
    spellEndpoint(cluster.endpoint),
  ].join(', ')
}
