import { describe, expect, test } from 'vitest'
import { eventStream } from '../../src/document/event-stream.js'
import type { EngineEvent } from '../../src/engine/events.js'
import { TripodError } from '../../src/errors.js'
import { Redactor, Secret } from '../../src/secret.js'
import { sampleOp } from '../cli/sample-plan.js'
import { complaintsOf } from './schema-of.js'
import { applyWording } from '../../src/next-step.js'

const FIRST = sampleOp({ name: '/etc/first' })
const RESTART = sampleOp({ name: 'containerd.service', kind: 'service', action: 'update', disruption: 'restart' })
const OTHER = sampleOp({ name: '/etc/first', node: 'm2' })
const FAILED = new TripodError('COMMAND_FAILED', 'apt-get on m1 ended with 100', 'Look at m1.', { node: 'm1' })

interface Line extends Readonly<Record<string, unknown>> {
  readonly seq: number
  readonly code: string
}

function streaming(redactor = new Redactor()) {
  const lines: string[] = []
  const stream = eventStream({
    runId: 'ab12cd',
    write: (line) => lines.push(line),
    redact: (text) => redactor.redact(text),
    wording: applyWording('lab.yaml'),
    now: () => new Date('2026-05-04T03:02:01Z'),
  })
  return { ...stream, lines, events: () => lines.map((line) => JSON.parse(line) as Line) }
}

const ALL: readonly EngineEvent[] = [
  { type: 'connecting', node: 'm1' },
  { type: 'connected', node: 'm1' },
  { type: 'looking', node: 'm1', what: 'facts' },
  { type: 'looked', node: 'm1', what: 'facts' },
  { type: 'locked', nodes: ['m1', 'm2'] },
  { type: 'step-started', step: 'kernel', title: 'Kernel', nodes: ['m1', 'm2'] },
  { type: 'node-started', step: 'kernel', node: 'm1', ops: 2 },
  { type: 'op-started', op: FIRST },
  { type: 'op-finished', op: FIRST, seconds: 0.25 },
  { type: 'op-started', op: RESTART },
  { type: 'output', node: 'm1', step: 'kernel', line: 'what a node prints' },
  { type: 'op-finished', op: RESTART, seconds: 1.5 },
  { type: 'node-finished', step: 'kernel', node: 'm1', seconds: 2 },
  { type: 'step-finished', step: 'kernel', title: 'Kernel', nodes: ['m1', 'm2'] },
  { type: 'notice', message: 'checking that all is well' },
  { type: 'unlocked', nodes: ['m1', 'm2'] },
]

describe('the events of a run', () => {
  test('are one line of JSON each, numbered without a gap, as the published schema says', () => {
    const run = streaming()
    ALL.forEach(run.note)
    run.end({ exit: 0 })
    const events = run.events()
    expect(events.flatMap((event) => complaintsOf('events', event))).toEqual([])
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.map(({ code }) => code)).toEqual([
      'NODE_CONNECTING',
      'NODE_CONNECTED',
      'NODE_LOOKING',
      'NODE_LOOKED',
      'LOCK_TAKEN',
      'NODE_STEP_STARTED',
      'OP_STARTED',
      'OP_DONE',
      'OP_STARTED',
      'OP_DONE',
      'NODE_STEP_DONE',
      'NOTICE',
      'LOCK_RELEASED',
      'RUN_DONE',
    ])
    expect(run.lines[7]).toBe(
      '{"formatVersion":"2.0","seq":8,"ts":"2026-05-04T03:02:01.000Z","runId":"ab12cd","type":"op_end","code":"OP_DONE",' +
        '"opId":"m1:file:/etc/first","node":"m1","step":"kernel","action":"create","disruption":"none","seconds":0.25}',
    )
    expect(events.at(-1)).toMatchObject({ type: 'summary', ops: 2, restarts: 1, reboots: 0, nodesChanged: 1, exit: 0 })
  })

  test('end every op that was begun: failed with its node, unknown where the connection broke', () => {
    const run = streaming()
    run.note({ type: 'op-started', op: FIRST })
    run.note({ type: 'op-started', op: OTHER })
    run.note({ type: 'node-failed', node: 'm1', error: FAILED })
    const lost = new TripodError('OUTCOME_UNKNOWN', 'may have finished or not', 'Plan again.', { node: 'm2' })
    run.note({ type: 'node-failed', node: 'm2', error: lost })
    run.end({ error: new TripodError('APPLY_INCOMPLETE', 'm1, m2 could not be finished', 'Again.'), exit: 10 })
    const events = run.events()
    expect(events.flatMap((event) => complaintsOf('events', event))).toEqual([])
    expect(events.map(({ code, node = '' }) => `${code} ${String(node)}`.trim())).toEqual([
      'OP_STARTED m1',
      'OP_STARTED m2',
      'OP_FAILED m1',
      'NODE_FAILED m1',
      'OP_UNKNOWN m2',
      'NODE_FAILED m2',
      'ERROR',
      'RUN_FAILED',
    ])
    expect(events[6]).toMatchObject({ type: 'diagnostic', error: 'APPLY_INCOMPLETE', fix: 'Again.' })
    expect(events[7]).toMatchObject({ ops: 0, exit: 10 })
  })

  test('end once, also when the process is left in haste with an op at work', () => {
    const run = streaming()
    run.note({ type: 'op-started', op: FIRST })
    run.end({ exit: 130 })
    run.end({ exit: 0 })
    run.note({ type: 'connected', node: 'm1' })
    expect(run.events().map(({ code }) => code)).toEqual(['OP_STARTED', 'OP_UNKNOWN', 'RUN_INTERRUPTED'])
  })

  test('never hold a secret, in whatever event and form it comes', () => {
    const canary = 'canary "4711" secret'
    const redactor = new Redactor()
    redactor.know(new Secret(canary))
    const run = streaming(redactor)
    run.note({ type: 'op-started', op: sampleOp({ name: canary }) })
    run.note({ type: 'notice', node: canary, message: Buffer.from(canary).toString('base64') })
    run.note({ type: 'node-failed', node: 'm1', error: new TripodError('COMMAND_FAILED', canary, canary) })
    run.end({ error: new TripodError('INTERNAL', `x${canary}x`, canary, { node: canary }), exit: 70 })
    const text = run.lines.join('\n')
    expect(text).toContain('[secret]')
    for (const form of [canary, JSON.stringify(canary).slice(1, -1), 'canary', Buffer.from(canary).toString('base64')])
      expect(text).not.toContain(form.replace(/=+$/, ''))
  })
})
