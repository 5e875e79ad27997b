import { describe, expect, test } from 'vitest'
import type { CheckContext } from '../../src/checks/check.js'
import { replaceFindings } from '../../src/operations/replace/findings.js'
import { leavingFindings } from '../../src/operations/leaving/findings.js'
import { resetFindings } from '../../src/operations/reset/findings.js'
import { unlisted } from '../../src/checks/cluster/unlisted.js'
import type { KubernetesFacts } from '../../src/facts/facts.js'
import type { NodeState } from '../../src/topology.js'
import { contextWith } from '../steps/context.js'
import { said } from '../said.js'

const base = contextWith()
const named = (name: string) => ({ ...base.node, name, address: `${name}.test`, roles: ['control-plane' as const] })
const member = (name: string) => ({ id: `1${name}`, name, peerURLs: [], learner: false })

function context(states: Readonly<Record<string, NodeState>>, kubernetes: Partial<KubernetesFacts>) {
  const nodes = Object.keys(states).map(named)
  const seen = nodes.map((node) => ({
    node,
    facts: {
      ...base.facts,
      identity: { ...base.facts.identity, hostname: node.name },
      record: { entries: { 'file:/etc/a': { step: 'kernel', wanted: '', state: 'applied' as const, before: null } } },
      kubernetes: { ...base.facts.kubernetes, ...kubernetes },
    },
  }))
  return { cluster: { ...base.cluster, nodes }, topology: { states }, seen }
}

describe('a node that left the inventory', () => {
  const states = { m1: 'control-plane-ready', m2: 'control-plane-ready' } as const

  test('is named with the command that removes it', () => {
    const found = unlisted(context(states, { nodes: ['m1', 'm2', 'w9'], members: [member('m1'), member('m3')] }))
    expect(found.map(({ severity, node }) => [severity, node])).toEqual([
      ['warning', 'w9'],
      ['warning', 'm3'],
    ])
    expect(said(found[0]?.fix)).toContain('tripod node remove w9 -i ')
    expect(found[1]?.message).toMatch(/^is a member of etcd/)
  })

  test('is named in words that a shell takes as they stand', () => {
    const around = context(states, { nodes: ['m1', 'm2'], members: [member('a b;c')] })
    const [found] = unlisted({ ...around, cluster: { ...around.cluster, inventoryPath: 'my lab.yaml' } })
    expect(said(found?.fix, 'my lab.yaml')).toContain("tripod node remove 'a b;c' -i 'my lab.yaml'")
  })

  test('is nobody where the cluster did not tell, or where all are named', () => {
    expect(unlisted(context(states, {}))).toEqual([])
    expect(unlisted(context(states, { nodes: ['m1', 'm2'], members: [member('m1'), member('')] }))).toEqual([])
  })
})

describe('a machine in the place of one that is lost', () => {
  const lost = {
    kind: 'replace',
    node: { name: 'm3', address: '10.0.0.13', roles: ['control-plane'] },
    by: 'm4',
  } as const
  const known = { nodes: ['m1', 'm3'], members: [member('m1'), member('m3')] }

  test('may come while it is fresh, or half joined', () => {
    for (const state of ['fresh', 'prepared', 'control-plane-half'] as const)
      expect(replaceFindings(lost, context({ m1: 'control-plane-ready', m4: state }, known))).toEqual([])
  })

  test('is refused where it is there already, and the lost one still counts', () => {
    const there = { m1: 'control-plane-ready', m4: 'control-plane-ready' } as const
    const [finding] = replaceFindings(lost, context(there, known))
    expect(finding).toMatchObject({ id: 'P63', severity: 'fatal' })
    expect(said(finding?.fix)).toContain('tripod node remove m3 --forget')
    // A replacement that was broken off at its end.
    expect(replaceFindings(lost, context(there, { nodes: ['m1', 'm4'], members: [member('m1')] }))).toEqual([])
  })

  test('is refused where a worker would take the place of a master', () => {
    const around = context({ m1: 'control-plane-ready', m4: 'fresh' }, known)
    const nodes = around.cluster.nodes.map((node) =>
      node.name === 'm4' ? { ...node, roles: ['worker' as const] } : node,
    )
    const [finding] = replaceFindings(lost, { ...around, cluster: { ...around.cluster, nodes } })
    expect(finding?.message).toContain('m4 would be no master')
  })
})

const goer = (name: string) => ({ ...named(name), roles: ['control-plane' as const] })

describe('who is called gone', () => {
  const states = { m1: 'control-plane-ready', m2: 'control-plane-ready' } as const
  const forgotten = (gone: boolean, name: string, kubernetes: Partial<KubernetesFacts>) =>
    leavingFindings({ nodes: [goer(name)], gone }, context(states, kubernetes)).map(({ id }) => id)

  test('and was heard of lately is not forgotten', () => {
    expect(forgotten(true, 'm3', { readyNodes: ['m1', 'm3'] })).toEqual(['P60'])
    expect(forgotten(true, 'm4', { readyNodes: ['m1', 'm3'] })).toEqual([])
    expect(forgotten(false, 'm3', { readyNodes: ['m1', 'm3'] })).toEqual([])
  })

  test('is not forgotten where no API server told who is Ready', () => {
    expect(forgotten(true, 'm3', {})).toEqual(['P60'])
    expect(forgotten(false, 'm3', {})).toEqual([])
  })

  test('goes one after the other, where those that serve are the majority without it', () => {
    const five = { ...states, m3: 'control-plane-ready', m4: 'control-plane-down' } as const
    const members = ['m1', 'm2', 'm3', 'm4', 'm5'].map(member)
    const around = context(five, { members, readyNodes: [] })
    expect(leavingFindings({ nodes: [goer('m5')], gone: true }, around)).toEqual([])
    const three = { m1: 'control-plane-ready', m2: 'control-plane-down' } as const
    const few = context(three, { members: ['m1', 'm2', 'm3'].map(member), readyNodes: [] })
    expect(leavingFindings({ nodes: [goer('m3')], gone: true }, few)).toMatchObject([{ id: 'P51' }])
  })
})

describe('nodes that the inventory does not name', () => {
  const states = { m1: 'control-plane-ready', m2: 'control-plane-ready', m3: 'control-plane-ready' } as const
  const without = (kubernetes: Partial<KubernetesFacts>) =>
    leavingFindings({ nodes: [goer('m3')], gone: false }, context(states, kubernetes))

  test('are votes that may be missing when a master goes', () => {
    const members = ['m1', 'm2', 'm3', 'm9'].map(member)
    const [found] = without({ members, readyNodes: ['m1', 'm2', 'm3'] })
    expect(found).toMatchObject({ id: 'P51', severity: 'fatal' })
    expect(found?.message).toContain('m9 does not serve: of 4 members')
    expect(said(found?.fix)).toContain('tripod node remove m9 --forget')
    expect(without({ members, readyNodes: ['m1', 'm2', 'm3', 'm9'] })).toEqual([])
  })

  test('are named where the whole cluster goes without them', () => {
    const around = context(states, { nodes: ['m1', 'm2', 'm3', 'w9'] })
    const found = resetFindings({ kind: 'reset', nodes: around.cluster.nodes }, around)
    expect(found.map(({ severity, node }) => [severity, node])).toEqual([['warning', 'w9']])
  })
})

describe('what a cluster cannot do without', () => {
  const find = (going: readonly string[], around: CheckContext) =>
    leavingFindings(
      { nodes: around.cluster.nodes.filter(({ name }) => going.includes(name)), gone: false },
      around,
    ).map(({ message }) => message)

  test('is its only master, also where nobody else was looked at', () => {
    expect(find(['m1'], context({ m1: 'control-plane-ready' }, {}))).toEqual([
      expect.stringContaining('no master would be left for'),
    ])
    expect(find(['m1'], context({ m1: 'fresh' }, {}))).toEqual([])
  })

  test('is the last load balancer of its endpoint', () => {
    const { cluster, ...around } = context({ m1: 'control-plane-ready', b1: 'prepared', b2: 'prepared' }, {})
    const nodes = cluster.nodes.map((node) =>
      node.name.startsWith('b') ? { ...node, roles: ['load-balancer' as const] } : node,
    )
    const endpoint = { ...cluster.endpoint, layout: 'L1' as const }
    const all = { ...around, cluster: { ...cluster, nodes, endpoint } }
    const joined = { ...all, topology: { ...around.topology, caHash: 'a1' } }
    expect(find(['b1', 'b2'], joined)).toEqual([expect.stringContaining('no load balancer would be left')])
    expect(find(['b1'], joined)).toEqual([])
    expect(find(['b1', 'b2'], all)).toEqual([])
  })
})
