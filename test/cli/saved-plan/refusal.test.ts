import { describe, expect, test } from 'vitest'
import { refusalOf } from '../../../src/cli/saved-plan/refusal.js'
import type { PlannedNode } from '../../../src/engine/plan/plan-types.js'
import { type ErrorCode, TripodError } from '../../../src/errors.js'
import { sampleCluster, samplePlan } from '../sample-plan.js'
import { said } from '../../said.js'

function failing(failures: Readonly<Record<string, ErrorCode>>): readonly PlannedNode[] {
  return sampleCluster().nodes.map((node) => {
    const code = failures[node.name]
    const problems =
      code === undefined ? [] : [new TripodError(code, `${node.name}: no`, 'Mend it.', { node: node.name })]
    return { node, reachable: code === undefined, problems }
  })
}

const fatal = { id: 'P05', severity: 'fatal', node: 'm1', message: 'the port is taken', fix: 'Free it.' } as const

describe('a plan is refused', () => {
  test('by nothing when everything was read and no check is fatal', () => {
    const warning = { ...fatal, severity: 'warning' } as const
    const accepted = { ...fatal, accepted: true } as const
    expect(refusalOf(samplePlan([], { findings: [warning, accepted] }))).toBeUndefined()
  })

  test('by the very error of the one node that could not be read', () => {
    expect(refusalOf(samplePlan([], { nodes: failing({ m2: 'AUTH_REFUSED' }) }))).toMatchObject({
      code: 'AUTH_REFUSED',
      exit: 77,
    })
  })

  test('by all errors of several nodes, and says how to leave them out', () => {
    const error = refusalOf(samplePlan([], { nodes: failing({ m2: 'NODE_UNREACHABLE', w1: 'AUTH_REFUSED' }) }))
    expect(error).toMatchObject({ code: 'NODE_UNREACHABLE', exit: 69 })
    expect(said(error?.hint)).toContain('--skip-node m2 --skip-node w1')
    expect(error?.detail.failures?.map(({ code }) => code)).toEqual(['NODE_UNREACHABLE', 'AUTH_REFUSED'])
  })

  test('by fatal findings', () => {
    expect(refusalOf(samplePlan([], { findings: [fatal] }))).toMatchObject({
      code: 'PREFLIGHT_FAILED',
      exit: 13,
      hint: 'Free it.',
    })
  })

  test('by what could not be read on a node that answered: unknown is never absent', () => {
    const unknown = [{ node: 'm1', step: 'swap', resource: 'edit:/etc/fstab', reason: 'permission denied' }]
    expect(refusalOf(samplePlan([], { unknown }))).toMatchObject({ code: 'STATE_UNKNOWN', exit: 69 })
  })
})
