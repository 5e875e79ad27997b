import { describe, expect, test } from 'vitest'
import { preflight } from '../../src/checks/index.js'
import { assumedFacts } from '../../src/facts/assumed.js'
import { topologyOf } from '../../src/topology.js'
import { clusterOf } from '../checks/machines.js'

const RELEASES = [
  ['debian', '12', '1.6.20'],
  ['debian', '13', '1.7.24'],
  ['ubuntu', '24.04', '2.2.1'],
] as const

describe('assumed facts', () => {
  test.each(RELEASES)(
    'a %s %s machine has the containerd of its distribution on offer: %s',
    (id, version, containerd) => {
      const cluster = clusterOf({})
      const [node] = cluster.nodes
      if (!node) throw new Error('no node')
      const facts = assumedFacts(node, { id, version }, cluster)
      expect(facts.os).toMatchObject({ id, version })
      expect(facts.packages.candidates['containerd']).toMatch(new RegExp(`^${containerd}`))
      expect(facts).toEqual(assumedFacts(node, { id, version }, cluster))
    },
  )

  test('nothing but the version pair speaks against an assumed cluster, and all its nodes are fresh', () => {
    const cluster = clusterOf({ kubernetes: { version: '1.28.15', minor: 28 } })
    const seen = cluster.nodes.map((node, index) => {
      const facts = assumedFacts(node, { id: 'debian', version: '12' }, cluster)
      return { node, facts: { ...facts, identity: { ...facts.identity, macs: [`02:00:00:00:00:0${index}`] } } }
    })
    const topology = topologyOf(cluster, seen)
    expect(Object.values(topology.states)).toEqual(['fresh', 'fresh', 'fresh', 'fresh'])
    expect(preflight({ cluster, seen, topology })).toEqual([])
  })

  test('the interface is visibly none that was found, unless the inventory names it', () => {
    const vip = '10.0.0.10'
    const interfaceIn = (endpoint: { readonly interface?: string }) => {
      const cluster = clusterOf({ endpoint: { ...clusterOf({}).endpoint, vip, ...endpoint } })
      const [node] = cluster.nodes
      if (!node) throw new Error('no node')
      return assumedFacts(node, { id: 'debian', version: '12' }, cluster).vip?.interface
    }
    expect(interfaceIn({})).toBe('OF-ROUTE-TO-VIP')
    expect(interfaceIn({ interface: 'ens3' })).toBe('ens3')
  })
})
