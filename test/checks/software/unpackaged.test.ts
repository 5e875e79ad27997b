import { describe, expect, test } from 'vitest'
import { preflight } from '../../../src/checks/index.js'
import { topologyOf } from '../../../src/topology.js'
import { cluster as plain, facts } from '../../steps/context.js'
import { clusterOf, findingsFor, soundFacts } from '../machines.js'

const old = { kubernetes: { version: '1.23.17', minor: 23 } }
const P23 = (found: ReturnType<typeof findingsFor>) => found.filter(({ id }) => id === 'P23')

describe('a version that upstream never packaged', () => {
  test('is refused with what to set, naming the nodes', () => {
    const [found] = P23(findingsFor({ cluster: old }))
    expect(found).toMatchObject({
      severity: 'fatal',
      message: expect.stringMatching(/1\.23\.17 for m1, m2, m3 and w1/) as string,
    })
    expect(found?.fix).toContain('sources.kubernetes.url in inventory.yaml')
  })

  test('comes from a repository that the inventory names', () => {
    const kubernetes = { ...plain.sources.kubernetes, url: 'https://mirror.example.org/k8s', upstream: false }
    expect(P23(findingsFor({ cluster: { ...old, sources: { ...plain.sources, kubernetes } } }))).toEqual([])
  })

  test('is no matter for nodes that have it', () => {
    const packages = { ...facts.packages, installed: { kubelet: '1.23.17-00' } }
    const some = findingsFor({ cluster: old, facts: { m1: { packages }, m2: { packages }, m3: { packages } } })
    expect(P23(some).map(({ message }) => message)).toEqual([expect.stringMatching(/1\.23\.17 for w1$/)])
  })

  test('does not refuse an offline plan: the inventory’s warning says it', () => {
    const cluster = clusterOf(old)
    const seen = cluster.nodes.map((node, index) => ({ node, facts: soundFacts(node, index) }))
    const found = preflight({ cluster, seen, topology: topologyOf(cluster, seen), offline: true })
    expect(P23(found)).toEqual([])
  })
})

test('modules that the RHEL family keeps apart are no reason to refuse: they are about to be installed', () => {
  const lacking = (version: string, modulesDirectory = true) =>
    findingsFor({
      facts: {
        m1: {
          os: { id: 'rocky', idLike: ['rhel'], version, name: `Rocky Linux ${version}` },
          kernelFeatures: { ...facts.kernelFeatures, unavailable: ['br_netfilter'], modulesDirectory },
        },
      },
    }).filter(({ id }) => id === 'P12').length
  expect([lacking('10.1'), lacking('9.6'), lacking('10.1', false)]).toEqual([0, 1, 1])
})
