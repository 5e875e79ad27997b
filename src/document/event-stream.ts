import type { EngineEvent } from '../engine/events.js'
import { disturbed } from '../engine/plan/disturbed.js'
import { hostOf, type Op } from '../engine/plan/plan-types.js'
import type { TripodError } from '../errors.js'
import { errorKeys, eventOf, opKeys } from './events-of.js'
import { FORMAT_VERSION } from './headed.js'
import type { EventBody } from './run-event.js'
import type { Wording } from '../next-step.js'

/** The lines of one run. */
export interface EventStream {
  readonly note: (event: EngineEvent) => void
  /** Says how the run ended, once: what is called after the first is nothing. */
  readonly end: (outcome: { readonly error?: TripodError; readonly exit: number }) => void
}

export interface StreamOptions {
  readonly runId: string
  /** Gets one line without its line feed. */
  readonly write: (line: string) => void
  readonly redact: (text: string) => string
  readonly wording: Wording
  readonly now?: () => Date
}

/** Turns what the engine tells into numbered lines of JSON. An op that was begun is ended in every case. */
export function eventStream({ runId, write, redact, wording, now = () => new Date() }: StreamOptions): EventStream {
  const began = performance.now()
  const open = new Map<string, Op>()
  const done: Op[] = []
  let seq = 0
  let ended = false
  const line = (body: EventBody): void => {
    const event = { formatVersion: FORMAT_VERSION, seq: (seq += 1), ts: now().toISOString(), runId, ...body }
    write(JSON.stringify(event, (_key, value: unknown) => (typeof value === 'string' ? redact(value) : value)))
  }
  const giveUp = (code: 'OP_FAILED' | 'OP_UNKNOWN', node?: string): void => {
    for (const op of [...open.values()].filter((one) => node === undefined || [one.node, hostOf(one)].includes(node))) {
      open.delete(op.id)
      line({ type: 'op_end', code, ...opKeys(op) })
    }
  }
  return {
    note(event) {
      if (ended) return
      if (event.type === 'op-started') open.set(event.op.id, event.op)
      if (event.type === 'op-finished') done.push(event.op)
      if (event.type === 'op-finished') open.delete(event.op.id)
      if (event.type === 'node-failed') giveUp(outcomeOf(event.error), event.node)
      const body = eventOf(event, wording)
      if (body !== undefined) line(body)
    },
    end({ error, exit }) {
      if (ended) return
      giveUp('OP_UNKNOWN')
      const node = error?.detail.node
      if (error)
        line({
          type: 'diagnostic',
          code: 'ERROR',
          ...(node === undefined ? {} : { node }),
          ...errorKeys(error, wording),
        })
      line({ type: 'summary', code: codeOf(error, exit), ...sumOf(done), seconds: secondsSince(began), exit })
      ended = true
    },
  }
}

/** Of the ops that a failure of their node left without an end. */
function outcomeOf({ code }: TripodError): 'OP_FAILED' | 'OP_UNKNOWN' {
  return code === 'OUTCOME_UNKNOWN' || code === 'CONNECTION_LOST' || code === 'INTERRUPTED' ? 'OP_UNKNOWN' : 'OP_FAILED'
}

const SIGNALS: readonly number[] = [129, 130, 143]

function codeOf(error: TripodError | undefined, exit: number): 'RUN_DONE' | 'RUN_FAILED' | 'RUN_INTERRUPTED' {
  if (SIGNALS.includes(exit)) return 'RUN_INTERRUPTED'
  return error === undefined && exit === 0 ? 'RUN_DONE' : 'RUN_FAILED'
}

function sumOf(done: readonly Op[]) {
  return {
    ops: done.length,
    restarts: disturbed(done, 'restart'),
    reboots: disturbed(done, 'reboot'),
    nodesChanged: new Set(done.map(({ node }) => node)).size,
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000
}
