import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TripodError } from '../../src/errors.js'
import { escapeToml, tomlDocument, type TomlTable } from '../../src/templates/toml.js'
import { hostile } from './hostile.js'
import { runs } from '../runs.js'

// Reads one JSON list of documents, prints the list of what they parse to.
const PYTHON = 'import json, sys, tomllib; print(json.dumps([tomllib.loads(text) for text in json.load(sys.stdin)]))'
const hasParser = spawnSync('python3', ['-c', 'import tomllib']).status === 0
if (!hasParser) console.warn('SKIPPED: python3 with tomllib (3.11 or later) reads our TOML back, and is not here')

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/),
  hostile.filter((text) => text !== '__proto__' && !/["\\[\]\p{Cc}]/u.test(text)),
)
const number = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }))
const { table } = fc.letrec<{ table: TomlTable; value: TomlTable[string] }>((tie) => ({
  table: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: 'small' },
    hostile,
    number.map((each) => (each === 0 ? 0 : each)),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('table'),
  ),
}))

function parsed(documents: readonly string[]): unknown[] {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', PYTHON], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as unknown[]
}

describe('TOML', () => {
  it.skipIf(!hasParser)(
    'of any table reads back as that table, by a parser that is not ours',
    () => {
      const tables = fc.sample(table, 10_000)
      const results = parsed(tables.map(tomlDocument))
      for (const [index, result] of results.entries()) expect(result).toEqual(tables[index])
    },
    60_000,
  )

  it('has the escapes of JSON, so that a text reads back unchanged', () => {
    fc.assert(
      fc.property(hostile, (text) => JSON.parse(`"${escapeToml(text)}"`) === text),
      { numRuns: runs(5000) },
    )
  })

  it('opens no heading for a table that holds only tables, and one for an empty one', () => {
    expect(tomlDocument({ a: { b: { c: 1 } }, d: {} })).toBe('[a.b]\nc = 1\n\n[d]\n')
  })

  it('puts the own values of a table before the tables in it', () => {
    expect(tomlDocument({ t: { u: { x: 1 }, y: 2 }, z: 3 })).toBe('z = 3\n\n[t]\ny = 2\n\n[t.u]\nx = 1\n')
  })

  it.each([
    [{ a: Infinity }],
    [{ a: Number.NaN }],
    [{ a: 2 ** 53 }],
    [{ a: '\ud800' }],
    [{ 'a"b': 1 }],
    [{ 'a]b': {} }],
    [{ 'a\nb': 1 }],
  ])('refuses what it cannot hold: %j', (value) => {
    expect(() => tomlDocument(value)).toThrow(TripodError)
  })
})
