import { describe, expect, it } from 'vitest'
import { keptName, unknownName } from '../../../src/checks/network/kept-name.js'
import { hostName } from '../../../src/checks/network/host-name.js'
import { withOwnName } from '../../../src/facts/own-names.js'
import type { Facts } from '../../../src/facts/facts.js'
import type { NodeState } from '../../../src/topology.js'
import { clusterOf, soundFacts } from '../machines.js'

const plain = clusterOf({})
const nodes = plain.nodes.map((node) => ({ ...node, hostName: 'keep' as const }))
const [m1, m2] = nodes
if (!m1 || !m2) throw new Error('no nodes')
const KEPT = m1

/** m1 is looked at and called so; of the others nothing is known but what is told. */
function context(hostname: string, { state = 'fresh', ...more }: Partial<Facts> & { state?: NodeState } = {}) {
  const sound = soundFacts(KEPT, 0)
  const facts: Facts = { ...sound, identity: { ...sound.identity, hostname }, ...more }
  const seen = [{ node: withOwnName(KEPT, [{ node: KEPT, facts }]), facts }]
  const cluster = { ...plain, nodes: nodes.map((node) => withOwnName(node, seen)) }
  return { cluster, seen, topology: { states: { m1: state } } }
}

const fatal = (hostname: string, more: Parameters<typeof context>[1] = {}) =>
  keptName(context(hostname, more)).filter(({ severity }) => severity === 'fatal')

describe('a host name that is kept', () => {
  it.each(['ip-10-0-0-11.ec2.internal', 'K8SMST1', 'debian', 'x'.repeat(63)])('may be %s', (name) => {
    expect(fatal(name)).toEqual([])
  })

  it.each(['web_1', 'localhost', 'localhost.localdomain', 'x'.repeat(64), 'a..b', '-a', 'host.7'])(
    'may not be %s, and both ways out are named',
    (name) => {
      expect(fatal(name)).toMatchObject([
        {
          id: 'P07',
          node: 'm1',
          message: expect.stringContaining(`keeps its host name ${name}, which cannot be`) as string,
          fix: expect.stringMatching(/`hostnamectl set-hostname NAME` on m1, .*`hostName: set`/) as string,
        },
      ])
      expect(fatal(name, { state: 'worker-ready' })).toEqual([])
    },
  )

  it('may not be that of a node that was not looked at', () => {
    const hostsBlock = [{ address: m2.address, names: ['twin'] }]
    expect(fatal('twin', { hostsBlock })).toMatchObject([
      { message: expect.stringContaining('the name of m2') as string },
    ])
    expect(fatal('other', { hostsBlock })).toEqual([])
  })

  it('that nobody knows is told of, and is no name by which a node could be forgotten', () => {
    const own = context('debian')
    expect(keptName(own).map(({ node, severity }) => [node, severity])).toEqual([
      ['m2', 'warning'],
      ['m3', 'warning'],
      ['w1', 'warning'],
    ])
    expect(unknownName([m1], own)).toEqual([])
    expect(unknownName([m2], own)).toMatchObject([{ severity: 'fatal', node: 'm2' }])
    const known = context('debian', { hostsBlock: [{ address: m2.address, names: ['twin'] }] })
    expect(unknownName([m2], known)).toEqual([])
  })

  it('that was changed after the join is told of by the name that the cluster has', () => {
    const hostsBlock = [{ address: m1.address, names: ['before'] }]
    const kubernetes = { ...soundFacts(m1, 0).kubernetes, files: { '/etc/kubernetes/kubelet.conf': '0' } }
    const state = 'worker-ready'
    expect(hostName(context('after', { hostsBlock, kubernetes, state }))).toMatchObject([
      { node: 'm1', message: 'joined the cluster as before, and its host name is after now' },
    ])
    expect(hostName(context('before', { hostsBlock, kubernetes, state }))).toEqual([])
  })
})
