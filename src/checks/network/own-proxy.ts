import { joinsCluster } from '../../inventory/roles.js'
import { listed, type Check } from '../check.js'

const OF_CONTAINERD = '/etc/systemd/system/containerd.service.d/'

/** P42: a proxy of the machine that the inventory does not know: containerd has none of what shells and apt have. */
export const ownProxy: Check = ({ seen, cluster }) =>
  seen.flatMap(({ node, facts }) => {
    if (cluster.proxy !== undefined || !joinsCluster(node)) return []
    const places = [...(facts.proxy === undefined ? [] : ['/etc/environment']), ...(facts.proxyFiles ?? [])]
    if (places.length === 0 || places.some((path) => path.startsWith(OF_CONTAINERD))) return []
    return [
      {
        id: 'P42',
        severity: 'warning',
        node: node.name,
        message: `has a proxy in ${listed(places)}, and the inventory has none: containerd pulls images without it`,
        fix: `If the registries are reached through it, write into ${cluster.inventoryPath}: \`proxy: { http: http://HOST:PORT, https: http://HOST:PORT }\` (with a password: env:NAME or file:PATH)`,
      },
    ]
  })
