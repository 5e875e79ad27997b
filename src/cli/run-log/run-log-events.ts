import type { Emit, EngineEvent } from '../../engine/events.js'
import { describeOp } from '../render/describe-op.js'
import { redactLines } from './redact-lines.js'
import type { RunLog } from './run-log.js'

function lineOf(event: Exclude<EngineEvent, { type: 'output' }>): string {
  switch (event.type) {
    case 'connecting':
    case 'connected':
      return `${event.node} ${event.type}`
    case 'looking':
    case 'looked':
      return `${event.node} ${event.type} at ${event.what}`
    case 'node-failed':
      return `${event.node} failed ${event.error.code} ${event.error.message} ${event.error.detail.output ?? ''}`.trimEnd()
    case 'locked':
    case 'unlocked':
      return `${event.type} ${event.nodes.join(',')}`
    case 'step-started':
    case 'step-finished':
      return `${event.type} ${event.step} on ${event.nodes.join(',')}`
    case 'node-started':
      return `${event.node} ${event.step} begins, ${String(event.ops)} ops`
    case 'node-finished':
      return `${event.node} ${event.step} done in ${event.seconds.toFixed(3)} s`
    case 'op-started':
      return `${event.op.node} ${event.op.step} ${describeOp(event.op)} begins (${event.op.id})`
    case 'op-finished':
      return `${event.op.node} ${event.op.step} ${describeOp(event.op)} done in ${event.seconds.toFixed(3)} s`
    case 'notice':
      return `${event.node === undefined ? '' : `${event.node} `}notice ${event.message}`
  }
}

/** Writes every event into the run log, what the nodes print included. */
export function logEvents(log: RunLog): Emit {
  const filters = new Map<string, (line: string) => string | undefined>()
  return (event) => {
    if (event.type !== 'output') {
      log.write(lineOf(event))
      return
    }
    const filter = filters.get(event.node) ?? redactLines(log.redactor)
    filters.set(event.node, filter)
    const line = filter(event.line)
    if (line !== undefined) log.write(`${event.node} | ${line}`)
  }
}
