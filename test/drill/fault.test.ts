import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startScript, stopScript, type Stopping, whileStopped } from '../../src/drill/fault.js'
import { TripodError } from '../../src/errors.js'
import type { Host, RunResult } from '../../src/host/host.js'
import { runScript } from '../steps/run-script.js'
import { Machine } from '../engine/machine.js'

const OK: RunResult = { code: 0, stdout: '', stderr: '' }
const stopping = (host: Host): Stopping => ({ host, unit: 'keepalived.service', runId: 'ab12' })
const lost = (): never => {
  throw new TripodError('CONNECTION_LOST', 'm1: gone', 'Try again.')
}

/** A machine whose answers to the stop and to each start are given; what it was asked, in order. */
function machine(stop: () => RunResult, starts: (() => RunResult)[]): { host: Machine; asked: readonly string[] } {
  const host = new Machine('m1')
  const asked: string[] = []
  const noted = (what: string, answer: () => RunResult) => () => {
    asked.push(what)
    return answer()
  }
  host.acts = [
    ['systemd-run', noted('stop', stop)],
    ['systemctl start', noted('start', () => (starts.shift() ?? (() => OK))())],
  ]
  host.reconnect = () => {
    asked.push('reconnect')
    return Promise.resolve()
  }
  return { host, asked }
}

describe('a service that is stopped on purpose', () => {
  test('is started again after the work, which gives its result', async () => {
    const { host, asked } = machine(() => OK, [])
    await expect(whileStopped(stopping(host), () => Promise.resolve('m2'))).resolves.toBe('m2')
    expect(asked).toEqual(['stop', 'start'])
  })

  test('is started again when the work fails, which stays the reason', async () => {
    const { host, asked } = machine(() => OK, [])
    await expect(whileStopped(stopping(host), () => Promise.reject(new Error('interrupted')))).rejects.toThrow(
      'interrupted',
    )
    expect(asked).toEqual(['stop', 'start'])
  })

  test('is started again over a new connection when the old one broke, also while it was being stopped', async () => {
    const { host, asked } = machine(lost, [lost])
    await expect(whileStopped(stopping(host), () => Promise.resolve())).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
    })
    expect(asked).toEqual(['stop', 'start', 'reconnect', 'start'])
  })

  test('on a host that never answers again is named, with what that host does by itself', async () => {
    const { host, asked } = machine(() => OK, [lost, lost, lost])
    await expect(whileStopped(stopping(host), () => Promise.resolve())).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: expect.stringContaining('m1 starts it by itself within 60 s') as string,
    })
    expect(asked.filter((one) => one === 'start')).toHaveLength(3)
  })

  test('and does not start again is an error with what systemd said', async () => {
    const refuse = (): RunResult => ({ code: 1, stdout: '', stderr: 'Job for keepalived.service failed' })
    const { host } = machine(() => OK, [refuse, refuse, refuse])
    await expect(whileStopped(stopping(host), () => Promise.resolve())).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      detail: { node: 'm1', output: 'Job for keepalived.service failed' },
    })
  })
})

describe('on the host', () => {
  let bin = ''
  const said = () => readFileSync(join(bin, 'said'), 'utf8').trim().split('\n')
  const program = (name: string, body: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} "$@" >>${join(bin, 'said')}\n${body}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'tripod-units-'))
    program('systemd-run', 'exit 0')
    program('systemctl', 'exit 0')
  })
  afterEach(() => {
    rmSync(bin, { recursive: true })
  })

  test('the timer that starts it again comes before the stop', () => {
    expect(runScript(stopScript(stopping(new Machine('m1'))), bin).code).toBe(0)
    expect(said()).toEqual([
      'systemd-run --quiet --collect --unit=tripod-ab12-start-keepalived --on-active=60 --timer-property=AccuracySec=1s systemctl start keepalived.service',
      'systemctl stop keepalived.service',
    ])
  })

  test('nothing is stopped without that timer', () => {
    program('systemd-run', 'exit 1')
    expect(runScript(stopScript(stopping(new Machine('m1'))), bin).code).toBe(1)
    expect(said()).toHaveLength(1)
  })

  test('the timer goes when the service runs, and not before', () => {
    expect(runScript(startScript(stopping(new Machine('m1'))), bin).code).toBe(0)
    expect(said().at(-1)).toBe('systemctl stop tripod-ab12-start-keepalived.timer')
    rmSync(join(bin, 'said'))
    program('systemctl', '[ "$1" != is-active ]')
    expect(runScript(startScript(stopping(new Machine('m1'))), bin).code).toBe(1)
    expect(existsSync(join(bin, 'said')) && said().some((line) => line.includes('timer'))).toBe(false)
  })

  test('a timer that has done its work already is nothing to take back', () => {
    program('systemctl', 'case "$*" in *is-active*timer*) exit 3 ;; stop*) exit 5 ;; esac')
    expect(runScript(startScript(stopping(new Machine('m1'))), bin).code).toBe(0)
  })
})
