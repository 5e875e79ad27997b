import { TripodError } from '../errors.js'
import {
  type Address,
  addressAt,
  contains,
  overlap,
  parseAddress,
  parseAddresses,
  parseSubnet,
  type Subnet,
} from '../inventory/address.js'
import type { Cluster } from '../inventory/cluster.js'

/** At most as many hosts as a network of its own usually has, and at least; by family. */
const LONGEST = { 4: 24, 6: 64 } as const
const SHORTEST = { 4: 8, 6: 16 } as const

/**
 * The smallest network from /24 (IPv6: /64) up in which all machines and the VIP are hosts; the inventory does not name theirs.
 * Throws USAGE where there is none that one link could have.
 */
export function networkOf(cluster: Cluster): Subnet {
  const addresses = used(cluster)
  const [first, ...others] = addresses
  if (first === undefined || others.some(({ family }) => family !== first.family))
    throw refused('some addresses are IPv4 and some IPv6')
  const network = smallest(first, addresses)
  if (network === undefined) throw refused('the addresses lie too far apart for one network')
  const taken = [cluster.network.podSubnet, cluster.network.serviceSubnet].find((subnet) => clash(network, subnet))
  if (taken === undefined) return network
  throw refused(`the network that holds all addresses, ${network.canonical}, would share some with ${taken}`)
}

/** A free address for the router, the first of the network where that is free. Throws USAGE where it is taken. */
export function gatewayOf(cluster: Cluster, network: Subnet, given?: string): string {
  const gateway = given ?? addressAt(network.first + 1n, network.family)
  const parsed = parseAddress(gateway)
  const hint = `Name the router of ${network.canonical}: --gateway ADDRESS`
  if (parsed === undefined || !contains(network, parsed))
    throw new TripodError('USAGE', `${gateway} is no address of ${network.canonical}`, hint)
  if (!used(cluster).some(({ value }) => value === parsed.value)) return parsed.canonical
  throw new TripodError('USAGE', `${gateway} is not the router: the inventory gives it to a machine or the VIP`, hint)
}

/** As Vagrant wants it: dotted for IPv4, a number for IPv6. */
export function netmaskOf({ family, prefix }: Subnet): string {
  return family === 6 ? String(prefix) : addressAt((0xffffffffn << BigInt(32 - prefix)) & 0xffffffffn, 4)
}

function used({ nodes, endpoint }: Cluster): readonly Address[] {
  const texts = [...nodes.map(({ address }) => address), ...(endpoint.vip === undefined ? [] : [endpoint.vip])]
  return parseAddresses(texts)
}

function smallest({ canonical, family }: Address, addresses: readonly Address[]): Subnet | undefined {
  for (let prefix: number = LONGEST[family]; prefix >= SHORTEST[family]; prefix--) {
    const network = parseSubnet(`${canonical}/${String(prefix)}`)
    // The first and the last address are no host's.
    if (network && addresses.every(({ value }) => network.first < value && value < network.last)) return network
  }
  return undefined
}

function clash(network: Subnet, subnet: string): boolean {
  const parsed = parseSubnet(subnet)
  return parsed !== undefined && overlap(network, parsed)
}

function refused(why: string): TripodError {
  const hint = 'Give machines and VIP addresses of one network in a copy of the inventory'
  return new TripodError('USAGE', `the machines cannot be put on one private network: ${why}`, hint)
}
