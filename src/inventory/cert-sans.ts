import type { Cluster } from './cluster.js'
import { nodeName } from './node-name.js'
import { shortNames } from './short-names.js'
import { isMaster } from './roles.js'

/** Every name and address under which clients reach an API server of the cluster: what its certificate must have. */
export function certSANs(cluster: Cluster): readonly string[] {
  const { endpoint, nodes, apiServer } = cluster
  const shorts = shortNames(cluster)
  const masters = nodes.filter(isMaster)
  const ofMasters = masters.flatMap((node) => {
    const name = nodeName(node)
    return name === undefined ? [node.address] : [node.address, name, shorts.get(name) ?? name]
  })
  const own = [endpoint.host, ...ofMasters, '127.0.0.1', 'localhost']
  return [...new Set([...own, ...apiServer.certSANs])]
}
