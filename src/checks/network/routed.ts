import { contains, parseAddress, parseSubnet } from '../../inventory/address.js'
import type { Node } from '../../inventory/cluster.js'
import type { Facts } from '../../facts/facts.js'
import type { Seen } from '../../topology.js'

const LINK_LOCAL = parseSubnet('fe80::/10')

/**
 * Whether the route leaves by way of another node of the cluster, or of a router of the nodes' own network: that is how a pod network
 * without tunnels is reached, and says of no machine that it has these addresses. The device must be that of the node's address: what
 * leaves by a tunnel with the same next hop is left of a former network, or somebody's VPN.
 */
export function isRouted(route: Facts['routes'][number], { node, facts }: Seen, nodes: readonly Node[]): boolean {
  const own = facts.addresses.find((one) => sameAddress(one.address, node.address))
  const next = parseAddress(route.via ?? '')
  if (next === undefined || own === undefined || own.interface !== route.interface) return false
  const subnets = [parseSubnet(`${own.address}/${own.prefix}`), LINK_LOCAL]
  if (subnets.some((subnet) => subnet !== undefined && contains(subnet, next))) return true
  const gateways = facts.gateways.filter((one) => one.interface === own.interface).map(({ address }) => address)
  return [...nodes.map(({ address }) => address), ...gateways].some((one) => sameAddress(one, next.canonical))
}

function sameAddress(one: string, other: string): boolean {
  return (parseAddress(one)?.canonical ?? one) === (parseAddress(other)?.canonical ?? other)
}
