import { describe, expect, test } from 'vitest'
import { planAgain, workCommand } from '../../src/cli/plan-commands.js'
import { TripodError } from '../../src/errors.js'
import { inWordsOf } from '../../src/operations/in-words-of.js'
import { askedFor, operationOf } from '../../src/operations/index.js'
import type { Intent } from '../../src/operations/intents.js'
import type { NodeRef } from '../../src/operations/node-ref.js'
import { sampleDocument } from '../cli/sample-plan.js'

const ref = (name: string): NodeRef => ({ name, address: '10.0.0.13', roles: ['control-plane'] })
const remove = (names: readonly string[], gone = false): Intent => ({ kind: 'remove', nodes: names.map(ref), gone })
const asked = (intent: Intent, inventoryPath = 'lab.yaml') => ({
  command: operationOf(intent).command(intent),
  about: operationOf(intent).about?.(intent) ?? [],
  inventoryPath,
})

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

  test('is the one that errors name', () => {
    const error = new TripodError('APPLY_INCOMPLETE', 'm1 failed', 'Mend it, then run `tripod apply` again.', {
      failures: [new TripodError('COMMAND_FAILED', 'see `tripod plan`', 'Run `tripod apply`.')],
    })
    const renamed = inWordsOf(asked(remove(['m3']), 'a b.yaml'), error) as TripodError
    expect(renamed.hint).toBe("Mend it, then run `tripod node remove m3 -i 'a b.yaml'` again.")
    expect(renamed.detail.failures?.[0]?.message).toBe("see `tripod node remove m3 -i 'a b.yaml' --dry-run`")
    expect(inWordsOf(asked({ kind: 'apply' }), error)).toBe(error)
  })

  test('does not leave out the node that it is about', () => {
    const silent = (node: string): TripodError => {
      const hint = `Check its power, or leave it out: --skip-node ${node}`
      return new TripodError('NODE_UNREACHABLE', `${node} does not answer`, hint, { node })
    }
    const hint = (intent: Intent, node: string) => (inWordsOf(asked(intent), silent(node)) as TripodError).hint
    expect(hint(remove(['m3']), 'm3')).toBe(
      'Check its power; is it lost for good: tripod node remove m3 --forget -i lab.yaml',
    )
    expect(hint(remove(['m3']), 'm1')).toContain('--skip-node m1')
    expect(hint({ kind: 'reset', nodes: [ref('m1'), ref('m3')] }, 'm3')).toContain('--skip-node m3')
  })
})
