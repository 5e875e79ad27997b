import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tripod } from '../cli/tripod.js'
import { complaintsOf } from '../document/schema-of.js'

let directory = ''
let inventory = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-events-'))
  inventory = path.join(directory, 'one.yaml')
  const node =
    '{ name: m1, address: 10.0.0.11, roles: [control-plane], ssh: { host: 127.0.0.1, port: 1, agent: false } }'
  writeFileSync(
    inventory,
    `cluster: one\nkubernetes: { version: 1.36.4 }\nendpoint: { vip: 10.0.0.10 }\nnetwork: { cni: none }\nnodes:\n  - ${node}\n`,
  )
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const apply = (file: string) =>
  tripod(['apply', '--yes', '-i', inventory, '--events', file], { TRIPOD_SSH_PASSWORD: 'canary-pass-4711' })

test('an apply that is refused leaves its events to the end, without a secret', async () => {
  const file = path.join(directory, 'run.ndjson')
  expect((await apply(file)).status).toBe(69)
  const text = readFileSync(file, 'utf8')
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  expect(events.flatMap((event) => complaintsOf('events', event))).toEqual([])
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  expect(events.map(({ code }) => code)).toEqual(['NODE_CONNECTING', 'NODE_FAILED', 'ERROR', 'RUN_FAILED'])
  expect(events.at(-1)).toMatchObject({ ops: 0, exit: 69 })
  expect(text).not.toContain('canary')
})

test('where the events cannot be written nothing is begun', async () => {
  const { status, stdout, stderr } = await apply(path.join(directory, 'no/such/run.ndjson'))
  expect([status, stdout]).toEqual([64, ''])
  expect(stderr).toMatch(/^USAGE The events cannot be written to .*ENOENT/)
  expect(stderr).not.toContain('NODE_UNREACHABLE')
})
