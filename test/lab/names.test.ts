import { describe, expect, it } from 'vitest'
import { hostSources } from '../../src/lab/machine/apt-sources.js'
import { requireVersion } from '../../src/lab/kubernetes/serve.js'
import { inventoryText } from '../../src/lab/inventory-file.js'
import { bridgeOf, cableOf } from '../../src/lab/machine/kernel-names.js'
import { requireLabName } from '../../src/lab/record.js'
import { nodeNames } from '../../src/lab/up.js'
import { parseInventory } from '../../src/inventory/read/parse.js'

describe('the machines of a lab', () => {
  it('are one master and workers below three, else three masters and workers', () => {
    expect(nodeNames(1)).toEqual(['m1'])
    expect(nodeNames(2)).toEqual(['m1', 'w1'])
    expect(nodeNames(5)).toEqual(['m1', 'm2', 'm3', 'w1', 'w2'])
  })

  it.each([0, -1, 1.5, 101, Number.NaN])('are never %d', (count) => {
    expect(() => nodeNames(count)).toThrow(/1 to 100/)
  })

  it('have links whose names fit the kernel in the largest lab of the last subnet', () => {
    expect(bridgeOf({ subnet: 254 }).length).toBeLessThanOrEqual(15)
    expect(cableOf({ subnet: 254 }, { name: 'w97', address: '10.77.254.110' }).length).toBeLessThanOrEqual(15)
  })
})

describe('the name of a lab', () => {
  it.each(['lab', 't-e2e12', 'a'])('may be %s', (name) => {
    expect(() => {
      requireLabName(name)
    }).not.toThrow()
  })

  it.each(['', 'Lab', '../x', 'a b', '-a', 'a-', 'a.b', 'x'.repeat(33)])('may not be %j', (name) => {
    expect(() => {
      requireLabName(name)
    }).toThrow(/cannot be the name/)
  })
})

describe('the apt sources of a machine', () => {
  it('are this computer’s entries for Debian, each once, and no third party’s', () => {
    const listing = [
      'http://mirror.example/debian/ bookworm main',
      'http://mirror.example/debian/ bookworm main',
      'http://mirror.example/debian-security/ bookworm-security main',
      'https://third.example/apt/ cloud-bookworm main',
      'https://third.example/node/ nodistro main',
      'https://third.example/apt/ bookworm-stable main',
    ].join('\n')
    expect(hostSources(listing, 'bookworm')).toEqual([
      { uri: 'http://mirror.example/debian/', suffix: '', component: 'main' },
      { uri: 'http://mirror.example/debian-security/', suffix: '-security', component: 'main' },
    ])
  })
})

describe('the inventory of a lab', () => {
  const record = (os: 'debian12' | 'debian13', count: number) => ({
    name: 'try',
    id: '0123abcd',
    os,
    subnet: 7,
    nodes: nodeNames(count).map((name, index) => ({ name, address: `10.77.7.${11 + index}` })),
    inventoryPath: '/somewhere/try.yaml',
  })

  it('names the registry of the lab for the images of a Kubernetes that it serves', () => {
    const result = parseInventory(inventoryText({ ...record('debian12', 1), kubernetes: '1.22.17' }), '/try.yaml')
    if (!result.ok) throw new Error(JSON.stringify(result.problems))
    expect(result.cluster.kubernetes.version).toBe('1.22.17')
    expect(result.cluster.containerd.mirrors).toMatchObject(
      ['registry.k8s.io', 'k8s.gcr.io'].map((registry) => ({ registry, endpoints: ['http://10.77.7.1:5077'] })),
    )
  })

  it('names the package repository of the lab, and the key that it is signed by', () => {
    const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567'
    const text = inventoryText({ ...record('debian12', 1), kubernetes: '1.22.17' }, { fingerprint })
    const result = parseInventory(text, '/try.yaml')
    if (!result.ok) throw new Error(JSON.stringify(result.problems))
    expect(result.cluster.sources.kubernetes).toEqual({
      url: 'http://10.77.7.1:5078',
      upstream: false,
      fingerprints: [fingerprint],
    })
  })

  it('gives machines of their own to the load balancer, and leaves Kubernetes to upstream where the lab serves none', () => {
    const lab = record('debian12', 4)
    const text = inventoryText({ ...lab, nodes: [...lab.nodes, { name: 'lb1', address: '10.77.7.15' }] })
    const result = parseInventory(text, '/try.yaml')
    if (!result.ok) throw new Error(JSON.stringify(result.problems))
    expect(result.cluster.nodes.map(({ name, roles }) => [name, ...roles])).toEqual([
      ['m1', 'control-plane'],
      ['m2', 'control-plane'],
      ['m3', 'control-plane'],
      ['w1', 'worker'],
      ['lb1', 'load-balancer'],
    ])
    expect(result.cluster.sources.kubernetes.upstream).toBe(true)
    expect(result.cluster.containerd.mirrors).toEqual([])
  })

  it.each(['1.22', 'v1.22.17', '1.21.14', '1.38.0', 'latest'])('refuses to serve Kubernetes %s', (version) => {
    expect(() => {
      requireVersion(version)
    }).toThrow(/cannot serve/)
  })

  it.each([
    ['debian12', 4, '1.28.15'],
    ['debian13', 1, '1.33.5'],
  ] as const)('is a valid one for %s with %d machines', (os, count, version) => {
    const result = parseInventory(inventoryText(record(os, count)), '/somewhere/try.yaml')
    if (!result.ok) throw new Error(JSON.stringify(result.problems))
    expect(result.cluster.kubernetes.version).toBe(version)
    expect(result.cluster.nodes).toHaveLength(count)
    expect(result.cluster.endpoint.vip).toBe('10.77.7.10')
    expect(result.cluster.time.servers).toEqual(['10.77.7.1'])
    expect(result.cluster.containerd.config).toEqual({
      plugins: { 'io.containerd.grpc.v1.cri': { restrict_oom_score_adj: true } },
    })
  })
})
