import { describe, expect, test } from 'vitest'
import { planAgain, workCommand } from '../../src/cli/session/plan-commands.js'
import { TripodError } from '../../src/errors.js'
import { AGAIN, inWords, LOOK, next, orLeaveOut } from '../../src/next-step.js'
import type { SelectorFlags } from '../../src/cli/app/selectors.js'
import { worded, wordingOf } from '../../src/cli/session/wording.js'
import { askedCommand, askedFor } from '../../src/operations/index.js'
import type { Intent } from '../../src/operations/intents.js'
import type { NodeRef } from '../../src/operations/node-ref.js'
import { sampleDocument } from '../cli/sample-plan.js'

const ref = (name: string): NodeRef => ({ name, address: '10.0.0.13', roles: ['control-plane'] })
const remove = (names: readonly string[], gone = false): Intent => ({ kind: 'remove', nodes: names.map(ref), gone })
describe('the command behind a plan', () => {
  test.each([
    ['apply', 'plan', undefined, { kind: 'apply' }],
    ['reset', 'reset', 'RESET OF ALL', { kind: 'reset', nodes: [ref('m1'), ref('m2')] }],
    ['node remove m3', 'node remove m3', 'REMOVES m3', remove(['m3'])],
    ['node remove m3 --forget', 'node remove m3 --forget', 'REMOVES m3', remove(['m3'], true)],
    ['reset --node w1 --node w2', 'reset --node w1 --node w2', 'REMOVES w1,w2', remove(['w1', 'w2'])],
    [
      'node replace m3 --with m4',
      'node replace m3 --with m4',
      'REPLACES m3 BY m4',
      { kind: 'replace', node: ref('m3'), by: 'm4' },
    ],
    ['node drain m3', 'node drain m3', 'DRAINS m3', { kind: 'cordon', to: 'drain', node: ref('m3') }],
  ] as const)('is %s', (work, look, title, intent) => {
    expect(askedFor(intent)).toEqual({ command: { work, look }, ...(title && { title }) })
  })

  test('names the inventory, and the file that a plan is saved to', () => {
    const plan = sampleDocument([])
    expect(workCommand(plan)).toBe('tripod apply -i lab.yaml')
    expect(planAgain(plan, 'a b.json')).toBe(`tripod plan -i lab.yaml --out 'a b.json'`)
    const removal = { ...plan, ...askedFor({ kind: 'reset', nodes: [] }) }
    expect(workCommand(removal)).toBe('tripod reset -i lab.yaml')
    expect(planAgain(removal, 'r.json')).toBe('tripod reset -i lab.yaml --out r.json')
  })

  test('is the one that next steps name, with the inventory and what was chosen of it', () => {
    const failed = new TripodError('COMMAND_FAILED', 'see it', next`Run \`${AGAIN}\`.`)
    const error = new TripodError('APPLY_INCOMPLETE', 'm1 failed', next`See ${LOOK}, then ${AGAIN}`, {
      failures: [failed],
    })
    const told = (intent: Intent, flags: SelectorFlags = {}) =>
      worded(error, wordingOf({ inventory: 'a b.yaml', ...flags }, askedCommand(intent))) as TripodError
    expect(told(remove(['m3']))).toMatchObject({
      message: 'm1 failed',
      hint: "See tripod node remove m3 --dry-run -i 'a b.yaml', then tripod node remove m3 -i 'a b.yaml'",
      detail: { failures: [{ hint: "Run `tripod node remove m3 -i 'a b.yaml'`." }] },
      stack: error.stack,
    })
    expect(told({ kind: 'apply' }, { node: ['m1'] }).hint).toBe(
      "See tripod plan -i 'a b.yaml' --node m1, then tripod apply -i 'a b.yaml' --node m1",
    )
  })

  test('does not leave out the node that it is about, nor any if it has no --skip-node', () => {
    const hint = (intent: Intent, ...nodes: readonly string[]) =>
      inWords(next`Check its power${orLeaveOut(...nodes)}`, wordingOf({ inventory: 'lab.yaml' }, askedCommand(intent)))
    const forget = '; is it lost for good: tripod node remove m3 --forget -i lab.yaml'
    expect(hint(remove(['m3']), 'm3')).toBe(`Check its power${forget}`)
    expect(hint(remove(['m3']), 'm1')).toBe('Check its power, or leave it out: --skip-node m1')
    expect(hint(remove(['m3']), 'm1', 'm2', 'm3')).toBe(
      `Check its power, or leave them out: --skip-node m1 --skip-node m2${forget}`,
    )
    expect(hint({ kind: 'reset', nodes: [ref('m1'), ref('m3')] }, 'm3')).toContain('--skip-node m3')
    const replaced: Intent = { kind: 'replace', node: ref('m3'), by: 'm4' }
    expect([hint(replaced, 'm1'), hint(replaced, 'm3')]).toEqual(['Check its power', `Check its power${forget}`])
  })

  test('is the verb itself for what only looks', () => {
    const wording = wordingOf({ inventory: 'lab.yaml' }, { work: 'status' })
    expect(inWords(next`${LOOK}; ${AGAIN}${orLeaveOut('m1')}`, wording)).toBe(
      'tripod status -i lab.yaml; tripod status -i lab.yaml',
    )
  })
})
