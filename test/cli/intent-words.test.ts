import { describe, expect, test } from 'vitest'
import { inWordsOf, intentWords, planAgain, workCommand } from '../../src/cli/intent-words.js'
import { TripodError } from '../../src/errors.js'
import type { Intent, Leaver } from '../../src/steps/intent.js'
import { sampleDocument } from './sample-plan.js'

const leaver = (name: string): Leaver => ({ name, address: '10.0.0.13', roles: ['control-plane'] })
const reset = (names: readonly string[], rest: object = {}): Intent => ({
  do: 'reset',
  nodes: names.map(leaver),
  whole: false,
  gone: false,
  ...rest,
})

describe('the command behind a plan', () => {
  test.each([
    ['reset', reset(['m1', 'm2'], { whole: true })],
    ['node remove m3', reset(['m3'])],
    ['node remove m3 --forget', reset(['m3'], { gone: true })],
    ['reset --node w1 --node w2', reset(['w1', 'w2'])],
    ['node replace m3 --with m4', { do: 'replace', node: leaver('m3'), by: 'm4' }],
  ] as const)('is %s', (words, intent) => {
    expect(intentWords(intent)).toBe(words)
  })

  test('names the inventory, and the file that a plan is saved to', () => {
    const plan = sampleDocument([])
    expect(workCommand(plan)).toBe('tripod apply -i lab.yaml')
    expect(planAgain(plan, 'a b.json')).toBe(`tripod plan -i lab.yaml --out 'a b.json'`)
    const removal = { ...plan, intent: { do: 'reset' as const, nodes: [], whole: true, gone: false } }
    expect(workCommand(removal)).toBe('tripod reset -i lab.yaml')
    expect(planAgain(removal, 'r.json')).toBe('tripod reset -i lab.yaml --out r.json')
  })

  test('is the one that errors name', () => {
    const error = new TripodError('APPLY_INCOMPLETE', 'm1 failed', 'Mend it, then run `tripod apply` again.', {
      failures: [new TripodError('COMMAND_FAILED', 'see `tripod plan`', 'Run `tripod apply`.')],
    })
    const renamed = inWordsOf(reset(['m3']), error, 'a b.yaml') as TripodError
    expect(renamed.hint).toBe("Mend it, then run `tripod node remove m3 -i 'a b.yaml'` again.")
    expect(renamed.detail.failures?.[0]?.message).toBe("see `tripod node remove m3 -i 'a b.yaml' --dry-run`")
    expect(inWordsOf(undefined, error, 'lab.yaml')).toBe(error)
  })

  test('does not leave out the node that it is about', () => {
    const silent = (node: string): TripodError => {
      const hint = `Check its power, or leave it out: --skip-node ${node}`
      return new TripodError('NODE_UNREACHABLE', `${node} does not answer`, hint, { node })
    }
    const hint = (intent: Intent, node: string) => (inWordsOf(intent, silent(node), 'lab.yaml') as TripodError).hint
    expect(hint(reset(['m3']), 'm3')).toBe(
      'Check its power; is it lost for good: tripod node remove m3 --forget -i lab.yaml',
    )
    expect(hint(reset(['m3']), 'm1')).toContain('--skip-node m1')
    expect(hint(reset(['m1', 'm3'], { whole: true }), 'm3')).toContain('--skip-node m3')
  })
})
