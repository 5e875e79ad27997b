import type { Cluster } from './cluster.js'

/** Every name and address under which clients reach an API server of the cluster: what its certificate must have. */
export function certSANs({ endpoint, nodes, apiServer }: Cluster): readonly string[] {
  const masters = nodes.filter(({ roles }) => roles.includes('control-plane'))
  const own = [endpoint.host, ...masters.flatMap(({ name, address }) => [address, name]), '127.0.0.1', 'localhost']
  return [...new Set([...own, ...apiServer.certSANs])]
}
