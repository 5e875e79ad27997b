import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const SRC = path.join(import.meta.dirname, '../src')

/** Texts that people read, by the names that they have in errors, findings and ops. */
const TEXTS = 'hint|fix|message|summary'
const READING = new RegExp(
  `\\b(?:${TEXTS})\\??\\.(?:replace|replaceAll|match|matchAll|search|split|startsWith|endsWith|includes)\\(` +
    `|\\.(?:test|exec)\\((?:\\w+\\??\\.)*(?:${TEXTS})\\b`,
)

/** Why a text may be read there. */
const ALLOWED: Readonly<Record<string, string>> = {
  'host/connect-error.ts': "the message is ssh2's, which has no other data",
  'manifests/documents.ts': 'the message is that of the YAML parser, which has no other data',
  'inventory/read/yaml-errors.ts': 'the message is that of the YAML parser, which has no other data',
  'resources/object-probe.ts': "the message is the API server's, which names the manager of a field nowhere else",
  'cli/app/to-tripod-error.ts': "the message is oclif's, which ends with a hint of its own",
  'cli/app/render-error.ts': 'what the message says already is not said again below it',
  'cli/markdown/step-blocks.ts': 'a summary that says that a file is secret is not marked as secret again',
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => file.endsWith('.ts'))

test('no code edits what people read, nor decides by it', () => {
  const reading = FILES.filter((file) => READING.test(readFileSync(path.join(SRC, file), 'utf8')))
  expect(reading.toSorted()).toEqual(Object.keys(ALLOWED).toSorted())
})

test.each(['error.hint.replaceAll(a, b)', 'change.summary.split()', 'message?.startsWith(x)', '/a/.test(one.fix)'])(
  'this is seen: %s',
  (code) => {
    expect(code).toMatch(READING)
  },
)
