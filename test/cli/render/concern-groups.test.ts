import type { CheckId } from '../../../src/check-catalogue.js'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../../../src/checks/finding.js'
import { lookedDocument } from '../../../src/document/document-of.js'
import { renderHtml } from '../../../src/cli/html/render-html.js'
import { renderMarkdown } from '../../../src/cli/markdown/render-markdown.js'
import { renderPlanProblems } from '../../../src/cli/render/plan-problems.js'
import { refusalOf } from '../../../src/cli/saved-plan/refusal.js'
import { renderError } from '../../../src/cli/app/render-error.js'
import { renderExamination } from '../../../src/cli/text/render-examination.js'
import { renderFindings } from '../../../src/cli/text/render-status.js'
import { TripodError } from '../../../src/errors.js'
import { AGAIN, applyWording, next, orLeaveOut } from '../../../src/next-step.js'
import { sampleCluster, sampleDocument, samplePlan } from '../sample-plan.js'

const plain = (_: unknown, text: string): string => text
const WORKERS = Array.from({ length: 50 }, (_, index) => `w${String(index + 1)}`)
const finding = (id: CheckId, node: string, message: string, fix = 'Free it.'): Finding => ({
  id,
  severity: 'warning',
  node,
  message,
  fix,
})
const told = (findings: readonly Finding[]): string =>
  renderPlanProblems(sampleDocument([], { findings }), plain).join('\n')

/** 100 on 50 nodes: alike, with values that differ, with fixes that differ, and some of a few nodes alone. */
const MANY: readonly Finding[] = [
  ...WORKERS.map((node, index) => finding('P05', node, `${node} has ${String(index + 3)} GiB free below /var`)),
  ...WORKERS.slice(0, 20).map((node) => finding('P24', node, 'waits for a reboot after an update', 'Reboot it.')),
  ...WORKERS.slice(0, 15).map((node) => finding('P09', node, `${node} lags`, `On ${node}: chronyc -n sources`)),
  ...WORKERS.slice(0, 10).map((node) => ({ ...finding('P11', node, 'has one CPU'), severity: 'fatal' as const })),
  ...WORKERS.slice(0, 5).map((node) => finding('P30', node, `swap on /dev/${node}`)),
]

describe('what is found on many nodes', () => {
  test('is said once for all of them', () => {
    const findings = ['w1', 'w2', 'w3'].map((node) => finding('P05', node, 'port 6443 is taken'))
    expect(told(findings)).toBe('! P05 warning: w1,w2,w3 (3 nodes): port 6443 is taken\n    Fix: Free it.')
  })

  test('has its values one below the other, and a fix that is the same once', () => {
    const findings = ['w1', 'w2', 'w3'].map((node) => finding('P05', node, node === 'w2' ? 'port 80' : 'port 6443'))
    expect(told(findings)).toBe(
      '! P05 warning: w1,w2,w3 (3 nodes):\n    w1,w3 (2 nodes): port 6443\n    w2: port 80\n    Fix: Free it.',
    )
  })

  test('keeps each fix beside its node where they differ', () => {
    expect(told(['w1', 'w2'].map((node) => finding('P05', node, 'port 80', `Free ${node}.`)))).toBe(
      '! P05 warning: w1,w2 (2 nodes):\n    w1: port 80\n      Fix: Free w1.\n    w2: port 80\n      Fix: Free w2.',
    )
  })

  test('takes under 40 lines for 100 findings on 50 nodes, and nothing is lost in JSON, Markdown and HTML', () => {
    const plan = samplePlan([], { findings: MANY })
    expect([MANY.length, new Set(MANY.map(({ node }) => node)).size]).toEqual([100, 50])
    const looked = lookedDocument(plan, applyWording('lab.yaml'))
    const text = renderExamination({ ...looked, holding: [] }, plain)
    expect(text.split('\n').length).toBeLessThan(40)
    expect(text).toContain('! P05 warning: w1..w50 (50 nodes):\n    w1: w1 has 3 GiB free below /var\n')
    expect(text).toContain('    and 47 more; --json shows them all\n    Fix: Free it.\n')
    expect(text).toContain('! P11 fatal: w1..w10 (10 nodes): has one CPU')
    expect(looked.findings).toEqual(MANY)
    const document = sampleDocument([], { findings: MANY })
    for (const whole of [renderMarkdown(document), renderHtml(document)])
      for (const { message } of MANY) expect(whole).toContain(message)
  })

  test('is refused in one line for each check', () => {
    const refusal = refusalOf(samplePlan([], { findings: MANY }))
    expect(refusal?.message).toBe('Refused by 1 check: P11 w1..w10 (10 nodes): has one CPU')
    const unknown = WORKERS.map((node) => ({ node, step: 'swap', resource: 'edit:/etc/fstab', reason: 'denied' }))
    expect(refusalOf(samplePlan([], { unknown }))?.message).toBe(
      '50 resources could not be read: w1..w50 (50 nodes): edit:/etc/fstab: denied',
    )
  })
})

test('nodes that could not be read stand below their one code, each with its own way out', () => {
  const nodes = sampleCluster().nodes.map((node) => ({
    node,
    reachable: false,
    problems: [new TripodError('NODE_UNREACHABLE', `${node.name}: no route`, next`Check it${orLeaveOut(node.name)}`)],
  }))
  const lines = renderPlanProblems(sampleDocument([], { nodes: nodes.slice(0, 2) }), plain)
  expect(lines).toEqual([
    '! NODE_UNREACHABLE: m1,m2 (2 nodes):',
    '    m1: no route',
    '      Fix: Check it, or leave it out: --skip-node m1',
    '    m2: no route',
    '      Fix: Check it, or leave it out: --skip-node m2',
  ])
})

test('a gate that fails on five nodes is one failure of five nodes', () => {
  const gate = (node: string) =>
    new TripodError('NOT_CONVERGED', 'join was carried out, but this does not hold: x\n  w1 is silent', 'Look.', {
      node,
    })
  const error = new TripodError('APPLY_INCOMPLETE', 'not all is done', next`Run ${AGAIN}`, {
    failures: [
      ...WORKERS.slice(0, 5).map(gate),
      new TripodError('COMMAND_FAILED', 'apt failed', 'Look.', { node: 'w6' }),
      new TripodError('COMMAND_FAILED', 'apt failed', 'Look.', { node: 'w7', output: 'E: other' }),
    ],
  })
  const text = renderError(error)
  expect(text).toContain(
    '  NOT_CONVERGED w1..w5 (5 nodes): join was carried out, but this does not hold: x\n    w1 is silent\n',
  )
  expect(text.split('w1 is silent')).toHaveLength(2)
  expect(text).toContain('  COMMAND_FAILED apt failed (node w6)\n  Fix:   Look.')
  expect(text).toContain('  COMMAND_FAILED apt failed (node w7)\n  Cause: E: other')
})

test('a status says once what is not well on several nodes', () => {
  const ill = (node: string, fix: string) => ({ node, what: 'is not Ready', fix })
  expect(renderFindings([ill('w1', 'tripod apply'), ill('w2', 'tripod apply'), { what: 'no VIP', fix: 'x' }])).toEqual([
    '! w1,w2 (2 nodes): is not Ready. Next: tripod apply',
    '! no VIP. Next: x',
  ])
  expect(renderFindings([ill('w1', 'on w1: look'), ill('w2', 'on w2: look')])).toEqual([
    '! w1,w2 (2 nodes): is not Ready. Next: on w1: look; of the others: --json',
  ])
})
