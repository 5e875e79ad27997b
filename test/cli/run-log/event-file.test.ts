import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEventFile } from '../../../src/cli/run-log/event-file.js'
import { openRunLog, type RunLog } from '../../../src/cli/run-log/run-log.js'
import { TripodError } from '../../../src/errors.js'
import { applyWording } from '../../../src/next-step.js'

let directory = ''
let log: RunLog
const before = process.env['TRIPOD_STATE_DIR']
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-events-'))
  process.env['TRIPOD_STATE_DIR'] = directory
  log = openRunLog('apply')
})
afterEach(() => {
  log.close()
  if (before === undefined) delete process.env['TRIPOD_STATE_DIR']
  else process.env['TRIPOD_STATE_DIR'] = before
  rmSync(directory, { recursive: true })
})

const codes = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { code: string }).code)

test('the file of events is private, has each line as it happens, and is appended to', () => {
  const file = path.join(directory, 'run.ndjson')
  const first = openEventFile(file, { log, runId: 'one', wording: applyWording() })
  first.note({ type: 'connected', node: 'm1' })
  expect(codes(file)).toEqual(['NODE_CONNECTED'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  first.end()
  openEventFile(file, { log, runId: 'two', wording: applyWording() }).end({
    thrown: new TripodError('LOCK_HELD', 'm1 is being changed', 'Wait.'),
  })
  expect(codes(file)).toEqual(['NODE_CONNECTED', 'RUN_DONE', 'ERROR', 'RUN_FAILED'])
  expect(readFileSync(file, 'utf8')).toMatch(/"code":"RUN_FAILED".*"exit":75\}\n$/)
})

test('what nobody foresaw ends the events as INTERNAL, and the signal of an interrupt is their status', () => {
  const file = path.join(directory, 'run.ndjson')
  openEventFile(file, { log, runId: 'one', wording: applyWording() }).end({ thrown: new RangeError('boom') })
  openEventFile(file, { log, runId: 'two', wording: applyWording() }).end({
    thrown: new TripodError('INTERRUPTED', 'Stopped', 'Again.', { exit: 143 }),
  })
  expect(codes(file)).toEqual(['ERROR', 'RUN_FAILED', 'ERROR', 'RUN_INTERRUPTED'])
})

test('a file that cannot be opened is refused, naming it and why', () => {
  const file = path.join(directory, 'there-is-no-such-place/run.ndjson')
  expect(() => openEventFile(file, { log, runId: 'one', wording: applyWording() })).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringMatching(/cannot be written to .*run\.ndjson: ENOENT/) as string,
    }),
  )
})

test('a disk that fills up stops nothing', () => {
  const events = openEventFile('/dev/full', { log, runId: 'one', wording: applyWording() })
  expect(() => {
    events.note({ type: 'connected', node: 'm1' })
    events.end()
  }).not.toThrow()
})
