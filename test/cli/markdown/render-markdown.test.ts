import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../../src/cli/markdown/render-markdown.js'
import type { PlanDocument } from '../../../src/document/plan-document.js'
import { planDocumentSchema } from '../../../src/document/plan-document.js'
import { planDigest, planText } from '../../../src/document/plan-text.js'
import type { Op } from '../../../src/engine/plan/plan-types.js'
import { bootstrapOf, smallChangeDocument } from '../html/sample-documents.js'
import { onNodes, sampleDocument, sampleOp, sampleStep } from '../sample-plan.js'

const update = (name: string, before: string, after: string): Op =>
  sampleOp({ name, action: 'update', change: { summary: '0644 root:root', notes: [], before, after } })
const lines = (count: number, word: string): string =>
  Array.from({ length: count }, (_, index) => `${word} ${String(index)}\n`).join('')

/** Reads fences as CommonMark does. Gives the lines inside of blocks and those outside; throws where one stays open. */
function readFences(text: string): { readonly inside: readonly string[]; readonly outside: readonly string[] } {
  const [inside, outside]: [string[], string[]] = [[], []]
  let fence = 0
  for (const line of text.split('\n')) {
    const [, run = '', rest = ''] = /^ {0,3}(`{3,})(.*)$/.exec(line) ?? []
    if (fence === 0 && run !== '' && !rest.includes('`')) fence = run.length
    else if (fence > 0 && run.length >= fence && rest.trim() === '') fence = 0
    else (fence > 0 ? inside : outside).push(line)
  }
  if (fence > 0) throw new Error('a fence stays open')
  return { inside, outside }
}

/** What stands before the first thing that has to be unfolded. */
const unfolded = (text: string): string => text.split('<details>')[0] ?? ''

describe('the plan as Markdown', () => {
  test('begins with a hidden marker by which its comment is found, then says headline, disruption and findings', () => {
    const text = renderMarkdown(smallChangeDocument())
    expect(text.split('\n')[0]).toBe('<!-- tripod-plan cluster=production-berlin -->')
    expect(unfolded(text)).toContain('**Plan: 0 create, 7 update, 0 replace, 1 delete, 1 run')
    expect(unfolded(text)).toContain('- ! haproxy restarts on m2')
    expect(unfolded(text)).toContain('- ? possible: kubelet restarts on w1,w2')
    expect(unfolded(text)).toContain('- **warning** P11 w2: 1.7 GiB of memory')
    expect(unfolded(text)).toContain('**Drift**: 2 ')
  })

  test('ends with the plan and the sha256 that its file has, also when it was read from the file', () => {
    const document = smallChangeDocument()
    const again = planDocumentSchema.parse(JSON.parse(planText(document)))
    expect(renderMarkdown(document)).toContain(`Plan \`${document.planId}\``)
    expect(renderMarkdown(document)).toContain(`\`sha256:${planDigest(again)}\``)
    expect(renderMarkdown(again)).toBe(renderMarkdown(document))
  })

  test('names what makes it no whole plan, or none to apply', () => {
    const unread = unfolded(renderMarkdown(smallChangeDocument({ unread: true })))
    expect(unread).toContain('**This plan cannot be applied.**')
    expect(unread).toContain('NODE\\_UNREACHABLE')
    expect(unread).toContain('1 NOT READ')
    const part = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a' })])], {
      complete: false,
      mode: 'offline',
    })
    expect(renderMarkdown(part)).toContain('**OFFLINE PLAN: cannot be applied.** **PARTIAL PLAN:')
  })

  test('folds each step, with its differences as diff blocks; of a secret only that it changes', () => {
    const text = renderMarkdown(smallChangeDocument())
    expect(text).toContain('<details><summary><b>load-balancer</b>: 5 changes on m1,m2,m3, ! 1 restart</summary>\n\n')
    expect(text).toContain('```diff\n@@ -1,11 +1,11 @@\n')
    const change = { summary: 'secret, changes', notes: [], before: 'canary 1\n', after: 'canary 2\n' }
    const secret = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/k', sensitive: true, change })])])
    expect(renderMarkdown(secret)).toContain('`/k` secret, changes')
    expect(renderMarkdown(secret)).not.toContain('canary')
  })

  test('cannot call or link anybody, nor make cells, markup or folds, by anything a machine says', () => {
    const evil = 'a@team #12 <b>x</b> | y\n</details>\n# z \u001b[2J'
    const op = sampleOp({ name: evil, change: { summary: evil, notes: [evil] } })
    const document = sampleDocument([sampleStep(evil, [op])], {
      findings: [{ id: 'P05', severity: 'warning', message: evil, fix: evil }],
    })
    // In a code span all of it is only text.
    const text = renderMarkdown(document)
    const outside = text.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
    expect(outside).not.toMatch(/@(?!&#8203;)|#(?=12)|<b>x/)
    expect(outside.replaceAll(/<summary>.*<\/summary>/g, '')).not.toMatch(/(?<!\\)\| y/)
    expect(outside.match(/<\/?details>/g)).toHaveLength(2)
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
    expect(text).toContain('@&#8203;team')
  })

  test('takes a link only of the web, and cannot be led out of it', () => {
    const document = smallChangeDocument()
    expect(renderMarkdown(document, { link: 'https://ci.example.org/1' })).toContain('(<https://ci.example.org/1>)')
    for (const link of ['javascript:alert(1)', 'https://a> <b', 'https://a\nb'])
      expect(renderMarkdown(document, { link })).toBe(renderMarkdown(document))
  })
})

describe('a plan too long for a comment', () => {
  const spread = `${lines(400, 'a')}change me\n${lines(400, 'b')}`
  const many = (count: number, size: number): PlanDocument =>
    sampleDocument([
      sampleStep(
        'kernel',
        Array.from({ length: count }, (_, index) =>
          update(`/f${String(index)}`, '', lines(size, `file ${String(index)}`)),
        ),
      ),
    ])

  test('has less context first', () => {
    const document = sampleDocument([sampleStep('kernel', [update('/a', spread, spread.replace('me', 'you'))])])
    const full = renderMarkdown(document)
    const less = renderMarkdown(document, { budget: full.length - 1 })
    expect(readFences(full).inside).toHaveLength(9)
    expect(readFences(less).inside).toHaveLength(5)
    expect(less).not.toContain('TRUNCATED')
  })

  test('then leaves differences out, counts them at the top, and says of each how long it is', () => {
    const text = renderMarkdown(many(48, 200), { link: 'https://ci.example.org/1' })
    const [, omitted] = /TRUNCATED: (\d+) of 48 diffs omitted\.\*\* \[The whole plan\]/.exec(unfolded(text)) ?? []
    expect(Number(omitted)).toBeGreaterThan(20)
    expect(text.split('diff omitted: 200 lines added, 0 removed')).toHaveLength(Number(omitted) + 1)
    expect(text.match(/^```diff$/gm)).toHaveLength(48 - Number(omitted))
    expect(text.length).toBeGreaterThan(55_000)
  })

  test('then is what it comes to', () => {
    const text = renderMarkdown(many(3000, 3))
    expect(text).toContain('TRUNCATED: all steps and 3000 of 3000 diffs omitted')
    expect(text).toContain('| kernel | `~3000` |')
  })

  test('never leaves disruption out for the sake of differences', () => {
    const restart = { kind: 'service', action: 'update', disruption: 'restart' } as const
    const step = sampleStep('kernel', [
      update('/a', '', lines(4000, 'a long line of text')),
      ...onNodes(['m1', 'w1'], { name: 'crio', ...restart }),
    ])
    const text = renderMarkdown(sampleDocument([step]))
    expect(unfolded(text)).toContain('TRUNCATED: 1 of 1 diffs omitted')
    expect(unfolded(text)).toContain('- ! crio restarts on m1,w1')
  })

  test('of 200 machines is read whole, for equal nodes stand together', () => {
    const text = renderMarkdown(bootstrapOf({ masters: 5, workers: 195 }))
    expect(text.length).toBeLessThan(60_000)
    expect(text).not.toContain('TRUNCATED')
    expect(text).toContain('| step | m1 | m2..m5 | w1..w195 |')
  })
})

describe('whatever the machines hold', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '```',
      '````\n',
      '\n```\n',
      '`',
      '</details>',
      '\r\n',
      '\n    ',
      '| a |',
      '@x',
      '~~~',
      '<!--',
      '-->',
      '\u2028',
    ),
  )
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  const long = fc
    .tuple(text, fc.integer({ min: 1, max: 4000 }))
    .map(([one, times]) => one.repeat(times).slice(0, 70_000))
  const content = fc.oneof({ weight: 6, arbitrary: text }, { weight: 1, arbitrary: long })
  const op = fc
    .record({ name: text, summary: text, note: text, before: content, after: content, isNew: fc.boolean() })
    .map(({ name, summary, note, before, after, isNew }) => {
      const change = { summary, notes: [note], after, ...(isNew ? {} : { before }) }
      return sampleOp({ name, action: isNew ? 'create' : 'update', change })
    })
  const finding = fc
    .record({ message: content, fix: text })
    .map((one) => ({ ...one, id: 'P05' as const, severity: 'fatal' as const, node: 'm1' }))
  const documents = fc
    .tuple(fc.array(op, { maxLength: 12 }), fc.array(finding, { maxLength: 20 }), text)
    .map(([ops, findings, id]) => sampleDocument([sampleStep(id, ops)], { findings }))

  test('the budget holds, no fence is broken, folds are balanced, and the same plan gives the same text', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(undefined, 4000, 12_000), (document, budget) => {
        const options = budget === undefined ? {} : { budget }
        const page = renderMarkdown(document, options)
        expect(page.length).toBeLessThanOrEqual(budget ?? 60_000)
        const { inside, outside } = readFences(page)
        expect(inside.filter((line) => !/^([-+ \\]|@@ )/.test(line))).toEqual([])
        const folds = outside.filter((line) => line.startsWith('<details>')).length
        expect(outside.filter((line) => line === '</details>')).toHaveLength(folds)
        expect(renderMarkdown(document, options)).toBe(page)
      }),
      { numRuns: 60 },
    )
  })
})
