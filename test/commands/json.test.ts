import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SchemaName } from '../../src/document/schemas.js'
import { tripod } from '../cli/tripod.js'
import { complaintsOf } from '../document/schema-of.js'

let directory = ''
let inventory = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-json-'))
  inventory = path.join(directory, 'one.yaml')
  // The first ports of this computer: nothing listens there, so every connection is refused at once.
  const node = (name: string, last: number): string =>
    `  - { name: ${name}, address: 10.0.0.${String(last)}, roles: [control-plane], ssh: { host: 127.0.0.1, port: ${String(14 - last)}, agent: false } }\n`
  const nodes = ['m1', 'm2', 'm3'].map((name, index) => node(name, 13 - index)).join('')
  writeFileSync(
    inventory,
    `cluster: one\nkubernetes: { version: 1.36.4 }\nendpoint: { vip: 10.0.0.10 }\nnetwork: { cni: none }\nnodes:\n${nodes}`,
  )
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

interface Document extends Readonly<Record<string, unknown>> {
  readonly kind: SchemaName
  readonly error?: { readonly code: string; readonly exit: number }
  readonly nodes?: readonly { readonly name: string }[]
}

/** Of one command: its status, and the only thing that stands on stdout. */
async function json(words: readonly string[]): Promise<{ status: number | null; stdout: string; document: Document }> {
  const { status, stdout } = await tripod([...words, '--json'], {
    TRIPOD_INVENTORY: inventory,
    TRIPOD_SSH_PASSWORD: 'canary-pass-4711',
  })
  return { status, stdout, document: JSON.parse(stdout) as Document }
}

describe('with --json', () => {
  test.each<[SchemaName, readonly string[], number]>([
    ['steps', ['steps'], 0],
    ['explain', ['explain'], 0],
    ['explain', ['explain', 'LOCK_HELD'], 0],
    ['validate', ['validate'], 0],
    ['drift', ['drift'], 69],
    ['doctor', ['doctor'], 69],
    ['status', ['status'], 14],
  ])('%s is a document as its published schema says: %s', async (kind, words, expected) => {
    const { status, stdout, document } = await json(words)
    expect([document.kind, status]).toEqual([kind, expected])
    expect(complaintsOf(kind, document)).toEqual([])
    expect(stdout).not.toContain('canary')
    // The same again, in every byte; and nodes stand as in the inventory, not by name or address.
    expect((await json(words)).stdout).toBe(stdout)
    if (document.nodes) expect(document.nodes.map(({ name }) => name)).toEqual(['m1', 'm2', 'm3'])
  })

  test.each([
    [['explain', 'NOPE'], 'UNKNOWN_CODE', 64],
    [['explain', '--nope'], 'USAGE', 64],
    [['nope'], 'USAGE', 64],
    [['drift', '--node', 'm9'], 'UNKNOWN_NODE', 64],
    [['apply', '--yes'], 'USAGE', 64],
    [['node', 'cordon', 'm2', '--yes'], 'USAGE', 64],
    [['validate', '-i', 'no.yaml'], 'INVENTORY_NOT_FOUND', 65],
    [['ha-drill', '--yes'], 'UNHEALTHY', 14],
    [['trust', 'scan'], 'NODE_UNREACHABLE', 69],
  ])('%s ends as an error of the one form', async (words, code, expected) => {
    const { status, document } = await json(words)
    expect([document.error?.code, document.error?.exit, status]).toEqual([code, expected, expected])
    expect(complaintsOf('error', document)).toEqual([])
  })
})

test('tripod schema prints the schema of the inventory, and any that is named', async () => {
  const text = async (...words: readonly string[]) => (await tripod(['schema', ...words])).stdout
  expect(JSON.parse(await text())).toMatchObject({ title: 'tripod inventory' })
  for (const name of ['plan', 'events', 'error'])
    expect(await text(name)).toMatch(/^\{\n {2}"\$schema": "https:\/\/json-schema\.org\/draft\/2020-12\/schema"/)
})
