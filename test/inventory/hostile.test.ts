import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseInventory, type ParseResult } from '../../src/inventory/read/parse.js'
import { HOSTILE_CHARACTERS, hostileText } from './hostile.js'
import { hostileCluster } from './hostile-cluster.js'
import { CONTEXT, LAB, problemsOf } from './lab.js'
import { everyStringField, roomyInventory, type StringField, withField } from './string-fields.js'
import { runs } from '../runs.js'

const FIELDS = everyStringField()

function read(field: StringField, text: string): ParseResult {
  // JSON is YAML that can spell every text.
  return parseInventory(JSON.stringify(withField(roomyInventory(field), field, text)), 'inventory.yaml', CONTEXT)
}

test('the schema itself tells which fields hold texts, those of alternatives and passed-through settings too', () => {
  const spelled = FIELDS.map((field) => `${field.path.join('.')} ${field.at}`)
  expect(spelled.length).toBeGreaterThan(70)
  expect(spelled).toEqual(
    expect.arrayContaining([
      'cluster value',
      'nodes.0.ssh.bastion.0.identityFile value',
      'nodes.0.labels.topology.kubernetes.io/zone key',
      'containerd.mirrors.docker.io.0 value',
      'kubelet.maxPods value',
    ]),
  )
})

test.each(FIELDS.map((field) => ({ field, name: `${field.path.join('.')} (${field.at})` })))(
  'a right text at $name is accepted, so that a refusal is about the text',
  ({ field }) => {
    const result = read(field, field.example)
    expect(result.ok ? [] : result.problems).toEqual([])
  },
)

test('a hostile text in any field is refused, or stands in a passed-through setting on one line', () => {
  const attack = fc
    .constantFrom(...FIELDS)
    .chain((field) => hostileText(field.example).map((text) => ({ field, text })))
  fc.assert(
    fc.property(attack, ({ field, text }) => {
      if (!read(field, text).ok) return
      if (field.passthrough) expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      else expect(HOSTILE_CHARACTERS.filter((character) => text.includes(character))).toEqual([])
    }),
    { numRuns: runs(10_000) },
  )
})

test('what is accepted outside of passed-through settings has only characters that are syntax nowhere', () => {
  const fields = fc.constantFrom(...FIELDS.filter((field) => !field.passthrough))
  const grown = fields.chain((field) =>
    fc.string({ maxLength: 6 }).map((text) => ({ field, text: `${field.example}${text}` })),
  )
  fc.assert(
    fc.property(grown, ({ field, text }) => {
      if (read(field, text).ok) expect(text).toMatch(/^[\p{L}\p{N}_@%+=:,./~*[\] -]*$/u)
    }),
    { numRuns: runs(3_000) },
  )
})

test('a passed-through text arrives unchanged', () => {
  const oneLine = fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text))
  fc.assert(
    fc.property(oneLine, (text) => {
      const inventory = {
        ...(roomyInventory({ path: [], at: 'value', example: '', passthrough: true }) as object),
        kubelet: { a: [text] },
      }
      const result = parseInventory(stringify(inventory), 'inventory.yaml', CONTEXT)
      expect(result.ok && result.cluster.kubelet).toEqual({ a: [text] })
    }),
  )
})

test('hostile clusters for the tests of steps exist, with every kind of field that can carry one', () => {
  const found = fc.sample(hostileCluster(), { numRuns: 600, seed: 1 })
  expect(new Set(found.filter(({ field }) => field.passthrough).map(({ field }) => field.path[0]))).toEqual(
    new Set(['containerd', 'kubelet', 'kubeProxy', 'apiServer']),
  )
  expect(found.some(({ field, text }) => field.passthrough && text.includes('$('))).toBe(true)
  expect(found.some(({ field, text }) => !field.passthrough && text !== field.example)).toBe(true)
})

test('no text whatever throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => Array.isArray(problemsOf(text))),
    { numRuns: runs(2_000) },
  )
  const yamlish = fc.array(
    fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x',
      '"',
      "'",
      '? ',
      '|',
      '>',
      '#',
      '\t',
      '---\n',
      '!!map ',
      '%',
      '<<: ',
    ),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(yamlish, (pieces) => Array.isArray(problemsOf(pieces.join('')))),
    { numRuns: runs(3_000) },
  )
})

test('settings of any depth end in a cluster or in an error', () => {
  for (const depth of [10, 28, 40, 200, 1_000, 2_000, 20_000, 200_000]) {
    const flow = `kubelet: ${'{a: '.repeat(depth)}1${'}'.repeat(depth)}\n`
    const json = `kubelet: ${'['.repeat(depth)}${']'.repeat(depth)}\n`
    expect([problemsOf(`${LAB}${flow}`), problemsOf(`${LAB}${json}`)].every(Array.isArray), String(depth)).toBe(true)
  }
})

test.each([
  ['nested maps', '{a: '.repeat(20_000)],
  ['nested lists', '['.repeat(20_000)],
  ['a nested setting', `kubelet: ${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`],
  ['a huge file', 'x'.repeat(2_000_000)],
])('%s end in an error, not in a crash', (_, text) => {
  expect(problemsOf(text)[0]).toMatchObject({ severity: 'error' })
})
