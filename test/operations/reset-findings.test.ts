import { describe, expect, test } from 'vitest'
import { leavingFindings } from '../../src/operations/leaving/findings.js'
import { resetFindings } from '../../src/operations/reset/findings.js'
import type { NodeState } from '../../src/topology.js'
import { contextWith } from '../steps/context.js'

const base = contextWith()
const NODES = ['m1', 'm2', 'm3', 'w1'].map((name) => ({
  ...base.node,
  name,
  address: `${name}.test`,
  roles: [name.startsWith('m') ? ('control-plane' as const) : ('worker' as const)],
}))

const RECORDED = { 'file:/etc/a': { step: 'kernel', wanted: '', state: 'applied', before: null } } as const

function findings(
  nodes: readonly string[],
  states: Readonly<Record<string, NodeState>>,
  { whole = false, unrecorded = '' } = {},
): readonly string[] {
  const members = ['m1', 'm2', 'm3'].map((name, index) => ({ id: String(index), name, peerURLs: [], learner: false }))
  const seen = NODES.filter(({ name }) => states[name] !== undefined).map((node) => ({
    node,
    facts: {
      ...base.facts,
      identity: { ...base.facts.identity, hostname: node.name },
      kubernetes: { ...base.facts.kubernetes, members },
      record: { entries: node.name === unrecorded ? {} : RECORDED },
    },
  }))
  const context = { cluster: { ...base.cluster, nodes: NODES }, topology: { states }, seen }
  const going = NODES.filter(({ name }) => nodes.includes(name))
  const refs = going.map(({ name, address, roles }) => ({ name, address, roles }))
  const found = whole
    ? resetFindings({ kind: 'reset', nodes: refs }, context)
    : leavingFindings({ nodes: refs, gone: false }, context)
  return found.map(({ severity, message }) => `${severity}: ${message}`)
}

const WELL = {
  m1: 'control-plane-ready',
  m2: 'control-plane-ready',
  m3: 'control-plane-ready',
  w1: 'worker-ready',
} as const

describe('nodes that are to leave', () => {
  test('may go one by one while every other member of etcd serves', () => {
    expect(findings(['m3'], WELL)).toEqual([])
    expect(findings(['w1'], WELL)).toEqual([])
  })

  test('are kept where another master does not serve, or was not read', () => {
    const down = findings(['m3'], { ...WELL, m2: 'control-plane-down' })
    expect(down).toEqual([
      expect.stringMatching(/^fatal: m2 does not serve: of 3 members of etcd 2 must run, and m3 would leave one less/),
    ])
    const { m1, m3, w1 } = WELL
    expect(findings(['m3'], { m1, m3, w1 })).toHaveLength(1)
  })

  test('leave nobody behind without a master', () => {
    expect(findings(['m1', 'm2', 'm3'], WELL)).toEqual([expect.stringContaining('no master would be left for w1')])
  })

  test('are asked nothing where all of the cluster goes', () => {
    expect(findings(['m1', 'm2', 'm3', 'w1'], { ...WELL, m2: 'control-plane-down' }, { whole: true })).toEqual([])
  })

  test('whose record is gone are told what can be taken back and what cannot', () => {
    const told = [expect.stringMatching(/^warning: has no record of tripod .*kubeadm's work is undone/)]
    expect(findings(['w1'], WELL, { unrecorded: 'w1' })).toEqual(told)
    expect(findings(['m1', 'm2', 'm3', 'w1'], WELL, { whole: true, unrecorded: 'w1' })).toEqual(told)
    expect(findings(['w1'], { ...WELL, w1: 'fresh' }, { unrecorded: 'w1' })).toEqual([])
    expect(findings(['m3'], WELL, { unrecorded: 'w1' })).toEqual([])
  })
})
