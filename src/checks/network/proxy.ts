import { contains, parseAddress, parseSubnet } from '../../inventory/address.js'
import type { Cluster } from '../../inventory/cluster.js'
import { joinsCluster } from '../../inventory/roles.js'
import { listed, type Check } from '../check.js'

/** P30: with a proxy for everything, the parts of the cluster would look for each other there. */
export const proxy: Check = ({ seen, cluster }) =>
  seen.flatMap(({ node, facts }) => {
    if (facts.proxy === undefined || !joinsCluster(node)) return []
    const { exceptions } = facts.proxy
    const missing = needed(cluster).filter((one) => !exceptions.some((exception) => covers(exception, one)))
    if (missing.length === 0) return []
    return [
      {
        id: 'P30',
        severity: 'fatal',
        node: node.name,
        message: `/etc/environment of ${node.name} sets a proxy, and its NO_PROXY lacks ${listed(missing)}`,
        fix: `Add to NO_PROXY in /etc/environment of ${node.name}: ${missing.join(',')}`,
      },
    ]
  })

/** Addresses of nodes, the endpoint, and whole subnets of pods and services. */
function needed({ nodes, endpoint, network }: Cluster): readonly string[] {
  return [...new Set([...nodes.map(({ address }) => address), endpoint.host, network.podSubnet, network.serviceSubnet])]
}

/** An exception is an address, a subnet, a name, or the end of names after a dot. */
function covers(exception: string, wanted: string): boolean {
  if (exception === '*' || exception === wanted) return true
  // Go and curl take a name for its whole domain, with or without a dot before it.
  if (wanted.endsWith(exception.startsWith('.') ? exception : `.${exception}`)) return true
  const subnet = parseSubnet(exception)
  const [inner, outer] = [parseSubnet(wanted), parseAddress(wanted)]
  if (subnet === undefined) return false
  if (outer !== undefined) return contains(subnet, outer)
  return (
    inner !== undefined && inner.family === subnet.family && subnet.first <= inner.first && inner.last <= subnet.last
  )
}
