import { addressAt, contains, overlap, parseAddresses, parseSubnet, type Subnet } from '../inventory/address.js'

/** As many as are looked at in one go. */
const CANDIDATES = 16

/** How far from the hosts they may lie. */
const REACH = 1024

/** Prefix that is assumed of a network that this computer is not part of. */
const USUAL = { 4: 24, 6: 64 } as const

/** The network that all these addresses share: one of this computer's, else the usual one around the first, if it has them all. */
function sharedNetwork(addresses: readonly string[], own: readonly Subnet[]): Subnet | undefined {
  const all = parseAddresses(addresses)
  const [first] = all
  if (first === undefined) return undefined
  const usual = parseSubnet(`${first.canonical}/${String(USUAL[first.family])}`)
  return [...own, ...(usual ? [usual] : [])].find((network) => all.every((address) => contains(network, address)))
}

/**
 * Addresses that could be the VIP of these hosts, likeliest first: below the lowest of them, then above the highest. Not the ends of
 * the network and their neighbours, where gateways are. None where the hosts share no network.
 */
export function vipCandidates(
  hosts: readonly string[],
  taken: readonly string[],
  own: readonly Subnet[],
): readonly string[] {
  const network = sharedNetwork(hosts, own)
  if (network === undefined) return []
  const values = parseAddresses(hosts).map(({ value }) => value)
  const [low, high] = [values.reduce(least), values.reduce(most)]
  const busy = new Set(parseAddresses(taken).map(({ value }) => value))
  const steps = Array.from({ length: REACH }, (_, index) => BigInt(index + 1))
  return [...steps.map((step) => low - step), ...steps.map((step) => high + step)]
    .filter((value) => value > network.first + 1n && value < network.last - 1n && !busy.has(value))
    .slice(0, CANDIDATES)
    .map((value) => addressAt(value, network.family))
}

const least = (one: bigint, other: bigint): bigint => (one < other ? one : other)
const most = (one: bigint, other: bigint): bigint => (one > other ? one : other)

const numbered = (from: number, to: number, step: number, spell: (number: number) => string): readonly string[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => spell(from + index * step))

/** Usual first. A /16 has a /24 for each of 256 nodes, the /12 behind them for 4096. */
const PODS = [
  ...numbered(244, 253, 1, (number) => `10.${String(number)}.0.0/16`),
  ...numbered(20, 31, 1, (number) => `172.${String(number)}.0.0/16`),
  ...numbered(128, 224, 16, (number) => `10.${String(number)}.0.0/12`),
  ...numbered(244, 299, 1, (number) => `fd00:10:${String(number)}::/56`),
]
const SERVICES = [
  ...numbered(96, 224, 16, (number) => `10.${String(number)}.0.0/12`),
  ...numbered(20, 31, 1, (number) => `172.${String(number)}.0.0/16`),
  ...numbered(96, 199, 1, (number) => `fd00:10:${String(number)}::/112`),
]

/** Subnets for pods and services that were not given: in which none of the addresses lies; the usual ones where all are taken. */
export function clusterSubnets(
  addresses: readonly string[],
  nodes: number,
  given: { readonly pods?: string | undefined; readonly services?: string | undefined } = {},
): { readonly pods: string; readonly services: string } {
  const all = parseAddresses(addresses)
  const family = all[0]?.family ?? 4
  const fit = (candidates: readonly string[], others: readonly Subnet[], shortest: number): Subnet | undefined =>
    candidates
      .map(parseSubnet)
      .find(
        (subnet) =>
          subnet?.family === family &&
          subnet.prefix <= shortest &&
          !all.some((address) => contains(subnet, address)) &&
          !others.some((other) => overlap(subnet, other)),
      )
  const longest = family === 6 ? 128 : 24 - Math.ceil(Math.log2(Math.max(nodes, 1)))
  const subnets = (text: string): readonly Subnet[] => [parseSubnet(text)].filter((subnet) => subnet !== undefined)
  const pods = given.pods ?? fit(PODS, subnets(given.services ?? ''), longest)?.canonical ?? '10.244.0.0/16'
  const services = given.services ?? fit(SERVICES, subnets(pods), 128)?.canonical ?? '10.96.0.0/12'
  return { pods, services }
}
