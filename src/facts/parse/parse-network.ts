import type { Facts } from '../facts.js'
import { linesOf, printable, type Sections } from './sections.js'
import type { TextFiles } from './text-files.js'
import { isVirtualInterface } from '../virtual-interface.js'

interface Link {
  readonly ifname: string
  readonly link_type?: string
  readonly address?: string
  readonly mtu?: number
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number; readonly scope?: string }[]
}

/** Where packets go first. The router of an IPv4 network may have an IPv6 address, which stands under `via`. */
interface Hop {
  readonly dev?: string
  readonly gateway?: string
  readonly via?: { readonly host?: string }
}

interface Route extends Hop {
  readonly type?: string
  readonly dst: string
  readonly prefsrc?: string
  /** In place of one of its own, where there are several. */
  readonly nexthops?: readonly Hop[]
}

interface Neighbour {
  readonly dst: string
  readonly lladdr?: string
  readonly state?: readonly string[]
}

/** What `ip` told of a node's network. */
export type NetworkFacts = Pick<Facts, 'addresses' | 'linkMacs' | 'mtus' | 'routes' | 'gateways'> & {
  readonly macs: readonly string[]
}

/** Reads `ip -j address` and `ip -j route`, and IPv6 routes from /proc. */
export function parseNetwork(sections: Sections, files: TextFiles): NetworkFacts {
  const [links, routes] = linesOf(sections.text('network')).map((line) => json(line, 'network', sections))
  if (!isLinks(links) || !isRoutes(routes)) return sections.fail('network', '`ip -j` did not answer in its usual form')
  const all = [...routes.filter(({ type = '' }) => !NOWHERE.includes(type)).flatMap(hopsOf), ...ipv6Routes(files)]
  const ether = links.filter((link) => link.link_type === 'ether' && !isVirtualInterface(link.ifname))
  return {
    // A bridge has the MAC of its first port.
    macs: [...new Set(ether.flatMap(({ address }) => (address === undefined ? [] : [address.toLowerCase()])))],
    linkMacs: Object.fromEntries(
      links.flatMap(({ ifname, link_type: type, address }) =>
        type === 'ether' && address !== undefined ? [[printable(ifname), address.toLowerCase()]] : [],
      ),
    ),
    addresses: links.flatMap(addressesOf),
    mtus: Object.fromEntries(
      links.flatMap((link) =>
        addressesOf(link).length > 0 && link.mtu !== undefined ? [[printable(link.ifname), link.mtu]] : [],
      ),
    ),
    routes: all.filter(({ destination }) => !EVERYWHERE.includes(destination)),
    gateways: all.flatMap(({ destination, via, interface: name }) =>
      DEFAULT.includes(destination) && via !== undefined ? [{ address: via, interface: name }] : [],
    ),
  }
}

function addressesOf(link: Link): Facts['addresses'] {
  return (link.addr_info ?? []).flatMap(({ local, prefixlen, scope }) => {
    if (local === undefined || prefixlen === undefined || scope === 'host' || scope === 'link') return []
    return [{ interface: printable(link.ifname), address: local, prefix: prefixlen }]
  })
}

type RouteFacts = Facts['routes'][number]

const DEFAULT: readonly string[] = ['0.0.0.0/0', '::/0']
/** The default route, in one piece or in two halves as VPNs write it. */
const EVERYWHERE = [...DEFAULT, '0.0.0.0/1', '128.0.0.0/1']
/** Types of routes to which what is sent is thrown away. */
const NOWHERE = ['blackhole', 'unreachable', 'prohibit']

function hopsOf({ dst, nexthops, ...own }: Route): readonly RouteFacts[] {
  const destination = dst === 'default' ? '0.0.0.0/0' : dst.includes('/') ? dst : `${dst}/32`
  return (nexthops ?? [own]).map(({ dev = '', gateway, via }) => {
    const next = gateway ?? via?.host
    return { destination, interface: printable(dev), ...(next === undefined ? {} : { via: printable(next) }) }
  })
}

const LOCAL_OR_ANYCAST = 0x80100000
const HAS_GATEWAY = 0x2

/** `fd00000000000000...` as `fd00:0000:0000:...`. */
const spellIpv6 = (hex: string): string => hex.match(/.{4}/g)?.join(':') ?? ''

/** Rows of /proc/net/ipv6_route: destination and its length in hex first, the next hop fifth, flags and interface last. */
function ipv6Routes(files: TextFiles): readonly RouteFacts[] {
  return linesOf(files.get('/proc/net/ipv6_route') ?? '').flatMap((row) => {
    const words = row.trim().split(/\s+/)
    const [hex = '', length = '', , , next = ''] = words
    const prefix = parseInt(length, 16)
    const device = words.at(-1) ?? ''
    const flags = parseInt(words.at(-2) ?? '', 16)
    if (device === 'lo' || /^f[ef]/.test(hex) || (flags & LOCAL_OR_ANYCAST) !== 0) return []
    const destination = prefix === 0 ? '::/0' : `${spellIpv6(hex)}/${prefix}`
    const via = (flags & HAS_GATEWAY) === 0 ? {} : { via: spellIpv6(next) }
    return [{ destination, interface: printable(device), ...via }]
  })
}

/** How the VIP is seen from the node; undefined when it was not asked about. */
export function parseVip(sections: Sections, network: NetworkFacts): Facts['vip'] {
  if (!sections.has('route-to-vip')) return undefined
  const route = routeToVip(sections)
  if (route === undefined) return { held: false }
  const holder = network.addresses.find(({ address }) => address === route.dst)
  if (holder !== undefined) return { interface: holder.interface, held: true }
  const answeredBy = whoAnswers(sections)
  return {
    held: false,
    ...(route.dev === undefined ? {} : { interface: printable(route.dev) }),
    ...(route.prefsrc === undefined ? {} : { source: route.prefsrc }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
  }
}

function routeToVip(sections: Sections): Route | undefined {
  // 2: the kernel has no way there. That is an answer.
  if (sections.status('route-to-vip') === 2) return undefined
  const routes = json(sections.text('route-to-vip'), 'route-to-vip', sections)
  return isRoutes(routes)
    ? routes[0]
    : sections.fail('route-to-vip', '`ip -j route get` did not answer in its usual form')
}

// An entry may be left from long ago: it counts when it was just confirmed, or when the VIP answered the ping.
function whoAnswers(sections: Sections): string | undefined {
  const text = sections.text('neighbour').trim()
  const found = text === '' ? [] : json(text, 'neighbour', sections)
  if (!Array.isArray(found)) return sections.fail('neighbour', '`ip -j neigh` did not answer in its usual form')
  const pinged = sections.status('ping') === 0
  const entries = found as readonly Neighbour[]
  return entries.find(({ lladdr, state }) => lladdr !== undefined && (pinged || state?.includes('REACHABLE') === true))
    ?.lladdr
}

/** Rows of `ss -H -ltnp`; the process is '' where the kernel does not tell. */
export function parseListening(sections: Sections): Facts['listening'] {
  const rows = linesOf(sections.text('listening')).map((line) => {
    const port = Number(/^LISTEN\s+\d+\s+\d+\s+\S*:(\d+)\s/.exec(line)?.[1])
    if (!Number.isInteger(port)) return sections.fail('listening', `ss says ${printable(line)}`)
    const [, process = '', pid = '0'] = /users:\(\("(.*?)",pid=(\d+)/.exec(line) ?? []
    return { port, process: printable(process), pid: Number(pid) }
  })
  return [...new Map(rows.map((row) => [`${row.port} ${row.pid}`, row])).values()]
}

function json(text: string, section: string, sections: Sections): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return sections.fail(section, `not JSON: ${printable(text).slice(0, 60)}`)
  }
}

const isRecords = (value: unknown): value is readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'object' && entry !== null)

const isLinks = (value: unknown): value is readonly Link[] =>
  isRecords(value) && value.every((link) => typeof link['ifname'] === 'string')

const isRoutes = (value: unknown): value is readonly Route[] =>
  isRecords(value) && value.every((route) => typeof route['dst'] === 'string')
