import type { EngineEvent } from '../engine/events.js'
import type { Op } from '../engine/plan/plan-types.js'
import type { TripodError } from '../errors.js'
import type { EventBody } from './run-event.js'
import { inWords, type Wording } from '../next-step.js'

const NODE_CODES = {
  connecting: 'NODE_CONNECTING',
  connected: 'NODE_CONNECTED',
  looking: 'NODE_LOOKING',
  looked: 'NODE_LOOKED',
  locked: 'LOCK_TAKEN',
  unlocked: 'LOCK_RELEASED',
} as const

/** What of an op stands in each of its events. */
export function opKeys({ id, node, step, action, disruption }: Op) {
  return { opId: id, node, step, action, disruption }
}

/** What of an error stands in an event. */
export function errorKeys({ code, message, hint }: TripodError, wording: Wording) {
  return { error: code, message, fix: inWords(hint, wording) }
}

/** An event of the engine as the event file has it; undefined for what that says otherwise, or not at all. */
export function eventOf(event: EngineEvent, wording: Wording): EventBody | undefined {
  switch (event.type) {
    case 'connecting':
    case 'connected':
      return { type: 'node_state', code: NODE_CODES[event.type], node: event.node }
    case 'looking':
    case 'looked':
      return { type: 'node_state', code: NODE_CODES[event.type], node: event.node, what: event.what }
    case 'node-failed':
      return { type: 'node_state', code: 'NODE_FAILED', node: event.node, ...errorKeys(event.error, wording) }
    case 'locked':
    case 'unlocked':
      return { type: 'lock', code: NODE_CODES[event.type], nodes: event.nodes }
    case 'node-started':
      return { type: 'node_state', code: 'NODE_STEP_STARTED', node: event.node, step: event.step, ops: event.ops }
    case 'node-finished':
      return { type: 'node_state', code: 'NODE_STEP_DONE', node: event.node, step: event.step, seconds: event.seconds }
    case 'op-started':
      return { type: 'op_start', code: 'OP_STARTED', ...opKeys(event.op) }
    case 'op-finished':
      return { type: 'op_end', code: 'OP_DONE', ...opKeys(event.op), seconds: event.seconds }
    case 'notice':
      return { type: 'diagnostic', code: 'NOTICE', ...(event.node && { node: event.node }), message: event.message }
    // A step is the sum of its nodes; what nodes print goes to the run log alone.
    case 'step-started':
    case 'step-finished':
    case 'output':
      return undefined
  }
}
