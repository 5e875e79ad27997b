import { describe, expect, test } from 'vitest'
import type { Facts } from '../../src/facts/facts.js'
import { clusterOf, findingsFor } from './machines.js'

type Route = Facts['routes'][number]

const POD = { 4: '10.244.3.0/24', 6: 'fd00:0010:0244:0003:0000:0000:0000:0000/64' } as const

/** Of a cluster of IPv4, and of the same one of IPv6 alone. */
const FAMILIES = {
  4: {
    address: (last: string) => `10.0.0.${last}`,
    cluster: {},
    own: { prefix: 24, router: '10.0.0.1', elsewhere: '10.8.0.1', alone: 32 },
  },
  6: {
    address: (last: string) => `fd00::${last}`,
    cluster: {
      network: { ...clusterOf({}).network, podSubnet: 'fd00:10:244::/56', serviceSubnet: 'fd00:10:96::/112' },
      endpoint: { ...clusterOf({}).endpoint, host: 'fd00::10', vip: 'fd00::10' },
    },
    own: { prefix: 64, router: 'fd00::1', elsewhere: 'fd00:8::1', alone: 128 },
  },
} as const

interface Machine {
  readonly prefix?: number
  readonly gateways?: Facts['gateways']
  readonly addresses?: Facts['addresses']
}

/** What P15 says of m1 with this route. */
function said(
  family: 4 | 6,
  route: Omit<Route, 'destination'>,
  { prefix, gateways = [], addresses = [] }: Machine = {},
) {
  const { address, cluster, own } = FAMILIES[family]
  const nodes = clusterOf({}).nodes.map((node, index) => ({ ...node, address: address(String(11 + index)) }))
  const facts = Object.fromEntries(
    nodes.map((node): readonly [string, Partial<Facts>] => [
      node.name,
      {
        addresses: [{ interface: 'eth0', address: node.address, prefix: prefix ?? own.prefix }, ...addresses],
        routes: [],
        gateways,
      },
    ]),
  )
  const m1 = { ...facts['m1'], routes: [{ destination: POD[family], ...route }] }
  return findingsFor({ cluster: { ...cluster, nodes }, facts: { ...facts, m1 } })
    .filter(({ id, node }) => id === 'P15' && node === 'm1')
    .map(({ message }) => message)
}

describe.each([4, 6] as const)('a route of a fresh node into the pod network, of IPv%i', (family) => {
  const { address, own } = FAMILIES[family]
  const gateway = { address: own.elsewhere, interface: 'eth0' }

  test('is the pod network itself where it leads to another node or to a router of the same network', () => {
    expect(said(family, { interface: 'eth0', via: address('12') })).toEqual([])
    expect(said(family, { interface: 'eth0', via: own.router })).toEqual([])
    expect(said(family, { interface: 'eth0', via: 'fe80::1' })).toEqual([])
  })

  test('is so too where the machine has no subnet, by its default gateway or another node', () => {
    const prefix = own.alone
    expect(said(family, { interface: 'eth0', via: address('12') }, { prefix })).toEqual([])
    expect(said(family, { interface: 'eth0', via: own.elsewhere }, { prefix, gateways: [gateway] })).toEqual([])
    expect(said(family, { interface: 'eth0', via: own.elsewhere }, { prefix })).toHaveLength(1)
  })

  test('is that of somebody else where it is reached directly, or by another device', () => {
    const overlaps = expect.stringMatching(/podSubnet .* overlaps /) as string
    expect(said(family, { interface: 'eth0' })).toEqual([overlaps])
    expect(said(family, { interface: 'cni0' })).toEqual([overlaps])
    // Left of a network that tunnelled to the same nodes.
    expect(said(family, { interface: 'tunl0', via: address('12') })).toEqual([overlaps])
    // A VPN, even one that takes everything.
    const all = [{ address: own.elsewhere, interface: 'tun0' }]
    expect(said(family, { interface: 'tun0', via: own.elsewhere }, { gateways: all })).toEqual([overlaps])
    expect(said(family, { interface: 'eth0', via: own.elsewhere })).toEqual([overlaps])
  })

  test('does not excuse an address of an own interface in it', () => {
    const inside = POD[family].replace('0/24', '1').replace(/0000\/64$/, '0001')
    const addresses = [{ interface: 'eth1', address: inside, prefix: own.prefix }]
    expect(said(family, { interface: 'eth0', via: own.router }, { addresses })).toHaveLength(1)
  })
})
