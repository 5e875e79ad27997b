import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../src/facts/facts.js'
import type { Node } from '../../../src/inventory/cluster.js'
import { clusterOf, findingsFor, soundFacts } from '../machines.js'

const { nodes } = clusterOf({})
const sound = Object.fromEntries(nodes.map((node, index) => [node.name, soundFacts(node, index)]))
const soundOf = (name: string): Facts => sound[name] ?? contradiction(name)
const called = (name: string, hostname: string): Partial<Facts> => ({
  identity: { ...soundOf(name).identity, hostname },
})
const joined = (name: string): Partial<Facts> => ({
  kubernetes: { ...soundOf(name).kubernetes, files: { '/etc/kubernetes/kubelet.conf': '0' } },
})
const p06 = (facts: Readonly<Record<string, Partial<Facts>>>, kept: readonly string[] = []): readonly string[] =>
  findingsFor({ facts, cluster: { nodes: nodes.map((node) => keeping(node, kept)) } }).flatMap(({ id, message }) =>
    id === 'P06' ? [message] : [],
  )
const keeping = (node: Node, kept: readonly string[]): Node =>
  kept.includes(node.name) ? { ...node, hostName: 'keep' } : node

describe('equal host names', () => {
  it('are no conflict on machines that the plan renames, as images leave them', () => {
    expect(p06({ m1: called('m1', 'debian'), m2: called('m2', 'debian'), w1: called('w1', 'debian') })).toEqual([])
    // One is called as another is to be called: both are named anew.
    expect(p06({ m1: called('m1', 'm2') })).toEqual([])
  })

  it('are one where both keep theirs, also in another spelling', () => {
    expect(p06({ m1: called('m1', 'debian'), m2: called('m2', 'Debian') }, ['m1', 'm2'])).toEqual([
      'm1 and m2 share host name debian',
    ])
  })

  it('are one where a machine is given the name that another one keeps', () => {
    expect(p06({ w1: called('w1', 'm2') }, ['w1'])).toEqual(['m2 and w1 share host name m2'])
  })

  it('are one on machines that have joined, for they are never renamed', () => {
    const facts = {
      m1: { ...called('m1', 'debian'), ...joined('m1') },
      w1: { ...called('w1', 'debian'), ...joined('w1') },
    }
    expect(p06(facts)).toEqual(['m1 and w1 share host name debian'])
    expect(p06({ w1: { ...called('w1', 'm2'), ...joined('w1') } })).toEqual(['m2 and w1 share host name m2'])
  })
})

describe('equal MAC addresses', () => {
  const MAC = '08:00:27:5d:8a:8d'
  const withNat = (name: string): Partial<Facts> => {
    const { identity, linkMacs, addresses } = soundOf(name)
    return {
      identity: { ...identity, macs: [...identity.macs, MAC] },
      linkMacs: { ...linkMacs, eth9: MAC },
      addresses: [...addresses, { interface: 'eth9', address: '10.0.2.15', prefix: 24 }],
    }
  }

  it('on an interface beside, as VirtualBox gives every machine of a box, are no conflict', () => {
    expect(p06({ m1: withNat('m1'), m2: withNat('m2') })).toEqual([])
  })

  it('are one on the interface that has the address of the node', () => {
    expect(p06({ m1: { linkMacs: { eth0: MAC } }, w1: { linkMacs: { eth0: MAC } } })).toEqual([
      `m1 and w1 share MAC address ${MAC}`,
    ])
  })

  it('are one on the interface that leads to the VIP', () => {
    const vip = { held: false, interface: 'eth9', source: '10.0.2.15' }
    expect(p06({ m1: { ...withNat('m1'), vip }, m2: { ...withNat('m2'), vip } })).toEqual([
      `m1 and m2 share MAC address ${MAC}`,
    ])
  })
})

function contradiction(name: string): never {
  throw new Error(`no machine ${name}`)
}
