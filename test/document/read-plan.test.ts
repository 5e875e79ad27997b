import { describe, expect, test } from 'vitest'
import { readPlan } from '../../src/document/read-plan.js'
import { onNodes, sampleDocument, sampleStep } from '../cli/sample-plan.js'

const plan = sampleDocument([
  sampleStep('kernel', onNodes(['m1', 'm2'], { name: '/etc/a', change: { summary: '', notes: [], after: 'text\n' } })),
])
const saved = JSON.stringify(plan)
const changed = (change: (data: typeof plan & Record<string, unknown>) => void): string => {
  const data = structuredClone(plan) as typeof plan & Record<string, unknown>
  change(data)
  return JSON.stringify(data)
}

describe('a saved plan', () => {
  test('is read as it was written', () => {
    expect(readPlan(saved, 'lab.json')).toEqual(plan)
  })

  test('may have keys that this tripod does not know, wherever: they are passed over', () => {
    const text = changed((data) => {
      data['later'] = { a: 1 }
      Object.assign(data.ops[0] ?? {}, { mood: 'calm' })
      data.formatVersion = '2.7'
    })
    expect(readPlan(text, 'lab.json')).toEqual({ ...plan, formatVersion: '2.7' })
  })

  test.each([
    ['empty', '', /it is empty/],
    ['cut off', saved.slice(0, -40), /is cut off/],
    ['no JSON', 'cluster: lab\n', /it is no JSON/],
    ['other JSON', '{"a":1}', /no document of tripod/],
    ['no object', 'null', /no document of tripod/],
    ['another document', '{"formatVersion":"2.0","kind":"status"}', /a document of the kind status/],
    [
      'of an older major',
      changed((data) => (data.formatVersion = '1.0')),
      /its format is 1\.0; this tripod reads 2\.0/,
    ],
    ['without its ops', changed((data) => delete (data as Partial<typeof plan>).ops), /not whole: ops/],
    [
      'with another text',
      changed((data) => (data.contents = Object.fromEntries(Object.keys(data.contents).map((key) => [key, 'evil\n'])))),
      /it was changed: the text under [0-9a-f]{12}/,
    ],
    ['without a text', changed((data) => (data.contents = {})), /the text [0-9a-f]{12} is missing/],
    ['with an op less', changed((data) => data.ops.pop()), /its steps and its ops do not fit/],
  ])('that is %s is refused, and named', (_what, text, why) => {
    expect(() => readPlan(text, 'lab.json')).toThrow(
      expect.objectContaining({
        code: 'PLAN_INVALID',
        exit: 65,
        message: expect.stringMatching(why) as string,
      }) as Error,
    )
    expect(() => readPlan(text, 'lab.json')).toThrow(/^lab\.json /)
  })
})
