import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRunLog } from '../../../src/cli/run-log/run-log.js'
import { logEvents } from '../../../src/cli/run-log/run-log-events.js'
import { TripodError } from '../../../src/errors.js'
import { Secret } from '../../../src/secret.js'
import { sampleOp } from '../sample-plan.js'

let state = ''
const before = process.env['TRIPOD_STATE_DIR']
beforeEach(() => {
  state = mkdtempSync(path.join(tmpdir(), 'tripod-state-'))
  process.env['TRIPOD_STATE_DIR'] = state
})
afterEach(() => {
  if (before === undefined) delete process.env['TRIPOD_STATE_DIR']
  else process.env['TRIPOD_STATE_DIR'] = before
  rmSync(state, { recursive: true })
})

const CANARY = 'canary-4711-secret'

describe('the log of a run', () => {
  test('lies in a private directory of its own, named by time, command and run', () => {
    const log = openRunLog('apply', 'ab12cd')
    log.write('hello')
    expect(path.relative(state, log.path)).toMatch(/^runs\/\d{8}T\d{6}Z-apply-ab12cd\/run\.log$/)
    expect(statSync(log.path).mode & 0o777).toBe(0o600)
    expect(statSync(path.dirname(log.path)).mode & 0o777).toBe(0o700)
    expect(readFileSync(log.path, 'utf8')).toMatch(/^\d{4}-\S+Z hello\n$/)
  })

  test('never holds a secret, in whatever event and form it comes', () => {
    const log = openRunLog('apply')
    log.redactor.know(new Secret(CANARY))
    const emit = logEvents(log)
    const base64 = Buffer.from(CANARY).toString('base64')
    emit({
      type: 'output',
      node: 'm1',
      step: 'kernel',
      line: `password=${CANARY} ${base64} ${encodeURIComponent(CANARY)}`,
    })
    emit({ type: 'notice', message: CANARY })
    emit({ type: 'node-failed', node: 'm1', error: new TripodError('COMMAND_FAILED', CANARY, '', { output: CANARY }) })
    emit({ type: 'op-started', op: sampleOp({ name: CANARY }) })
    const text = readFileSync(log.path, 'utf8')
    expect(text.split('\n')).toHaveLength(5)
    expect(text).not.toContain(CANARY)
    expect(text).not.toContain(base64.replace(/=+$/, ''))
  })

  test('drops a private key that comes line by line, and nothing after it', () => {
    const log = openRunLog('apply')
    const emit = logEvents(log)
    const key = [
      '-----BEGIN RSA PRIVATE KEY-----',
      'MIIEowIBAAKCAQEA',
      'c2VjcmV0',
      '-----END RSA PRIVATE KEY-----',
      'after',
    ]
    for (const line of key) {
      emit({ type: 'output', node: 'm1', step: 'kernel', line })
      emit({ type: 'output', node: 'm2', step: 'kernel', line: 'of another node' })
    }
    const text = readFileSync(log.path, 'utf8')
    expect(text).not.toMatch(/MIIE|c2Vj/)
    expect(text).toContain('m1 | after')
    expect(text.match(/of another node/g)).toHaveLength(5)
  })

  test('escapes control characters, so that reading it is safe', () => {
    const log = openRunLog('apply')
    logEvents(log)({ type: 'output', node: 'm1', step: 'kernel', line: '\u001b[2Jboo' })
    expect(readFileSync(log.path, 'utf8')).toContain('m1 | \\x1b[2Jboo')
  })

  test('makes room: 50 runs stay, and none older than 30 days', () => {
    const runs = path.join(state, 'runs')
    mkdirSync(runs)
    for (let run = 10; run < 70; run += 1) mkdirSync(path.join(runs, `20260101T0000${String(run)}Z-plan-x`))
    const old = path.join(runs, '20269999T000000Z-plan-old')
    mkdirSync(old)
    utimesSync(old, new Date(0), new Date(0))
    openRunLog('plan')
    const left = readdirSync(runs)
    expect(left).not.toContain(path.basename(old))
    expect(left).toContain('20260101T000069Z-plan-x')
    expect(left).not.toContain('20260101T000010Z-plan-x')
    expect(left.length).toBeGreaterThanOrEqual(49)
    expect(left.length).toBeLessThanOrEqual(50)
  })
})
