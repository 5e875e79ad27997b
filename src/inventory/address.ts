import { isIP } from 'node:net'

/** An IP address as a number, so that addresses and subnets can be compared. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
  /** The one spelling used everywhere: IPv6 lower case and shortened. */
  readonly canonical: string
}

/** A range of addresses; `canonical` has the host bits cleared. */
export interface Subnet {
  readonly family: 4 | 6
  readonly prefix: number
  readonly first: bigint
  readonly last: bigint
  readonly canonical: string
}

const BITS = { 4: 32, 6: 128 } as const

function valueOf(canonical: string, family: 4 | 6): bigint {
  if (family === 4) return canonical.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n)
  const [head = '', tail] = canonical.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n)
}

/** Reads an IP address without a zone; undefined when it is none. */
export function parseAddress(text: string): Address | undefined {
  const family = isIP(text)
  if ((family !== 4 && family !== 6) || text.includes('%')) return undefined
  // The URL parser knows the canonical spelling of IPv6 (RFC 5952).
  const canonical = family === 4 ? text : new URL(`http://[${text}]`).hostname.slice(1, -1)
  return { family, value: valueOf(canonical, family), canonical }
}

/** Those of the texts that are addresses. */
export function parseAddresses(texts: readonly string[]): readonly Address[] {
  return texts.map(parseAddress).filter((address) => address !== undefined)
}

/** The canonical spelling of an address given as a number. */
export function addressAt(value: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65535n).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

/** Reads `address/prefix`; undefined when it is no subnet. Host bits are allowed here: compare with `canonical`. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', length = '', ...more] = text.split('/')
  const parsed = parseAddress(address)
  const prefix = Number(length)
  if (!parsed || more.length > 0 || !/^\d{1,3}$/.test(length) || prefix > BITS[parsed.family]) return undefined
  const size = 1n << BigInt(BITS[parsed.family] - prefix)
  const first = parsed.value - (parsed.value % size)
  const canonical = `${addressAt(first, parsed.family)}/${String(prefix)}`
  return { family: parsed.family, prefix, first, last: first + size - 1n, canonical }
}

/** True when the two share an address. */
export function overlap(one: Subnet, other: Subnet): boolean {
  return one.family === other.family && one.first <= other.last && other.first <= one.last
}

/** True when the address lies in the subnet. */
export function contains(subnet: Subnet, address: Address): boolean {
  return subnet.family === address.family && subnet.first <= address.value && address.value <= subnet.last
}

// Ranges no machine can be reached under from another one, by the IANA special-purpose registries.
const SPECIAL: readonly (readonly [cidr: string, what: string])[] = [
  ['0.0.0.0/8', 'unspecified'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/127', 'unspecified or loopback'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
]

/** Why the address cannot be that of a node ("loopback"), or undefined when it can. */
export function specialUse(address: Address): string | undefined {
  return SPECIAL.find(([cidr]) => {
    const subnet = parseSubnet(cidr)
    return subnet !== undefined && contains(subnet, address)
  })?.[1]
}
