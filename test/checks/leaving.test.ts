import { describe, expect, test } from 'vitest'
import { replaceFindings } from '../../src/checks/replace.js'
import { resetFindings } from '../../src/checks/reset.js'
import { unlisted } from '../../src/checks/unlisted.js'
import type { KubernetesFacts } from '../../src/facts/facts.js'
import type { NodeState } from '../../src/topology.js'
import { contextWith } from '../steps/context.js'

const base = contextWith()
const named = (name: string) => ({ ...base.node, name, roles: ['control-plane' as const] })
const member = (name: string) => ({ id: `1${name}`, name, peerURLs: [], learner: false })

function context(states: Readonly<Record<string, NodeState>>, kubernetes: Partial<KubernetesFacts>) {
  const nodes = Object.keys(states).map(named)
  const seen = nodes.map((node) => ({
    node,
    facts: {
      ...base.facts,
      identity: { ...base.facts.identity, hostname: node.name },
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
    expect(found[0]?.fix).toContain('tripod node remove w9 -i ')
    expect(found[1]?.message).toContain('m3 is a member of etcd')
  })

  test('is nobody where the cluster did not tell, or where all are named', () => {
    expect(unlisted(context(states, {}))).toEqual([])
    expect(unlisted(context(states, { nodes: ['m1', 'm2'], members: [member('m1'), member('')] }))).toEqual([])
  })
})

describe('a machine in the place of one that is lost', () => {
  const lost = { node: { name: 'm3', roles: ['control-plane' as const] }, by: 'm4' }
  const known = { nodes: ['m1', 'm3'], members: [member('m1'), member('m3')] }

  test('may come while it is fresh, or half joined', () => {
    for (const state of ['fresh', 'prepared', 'control-plane-half'] as const)
      expect(replaceFindings(lost, context({ m1: 'control-plane-ready', m4: state }, known))).toEqual([])
  })

  test('is refused where it is there already, and the lost one still counts', () => {
    const there = { m1: 'control-plane-ready', m4: 'control-plane-ready' } as const
    const [finding] = replaceFindings(lost, context(there, known))
    expect(finding).toMatchObject({ id: 'REPLACE', severity: 'fatal' })
    expect(finding?.fix).toContain('tripod node remove m3 --forget')
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

test('who is called gone and was heard of lately is not forgotten', () => {
  const around = context({ m1: 'control-plane-ready', m2: 'control-plane-ready' }, { readyNodes: ['m1', 'm3'] })
  const forgotten = (gone: boolean, name: string) =>
    resetFindings({ nodes: [{ name, roles: ['control-plane'] }], whole: false, gone }, around).map(({ id }) => id)
  expect(forgotten(true, 'm3')).toEqual(['ALIVE'])
  expect(forgotten(true, 'm4')).toEqual([])
  expect(forgotten(false, 'm3')).toEqual([])
})
