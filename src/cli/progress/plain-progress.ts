import type { EngineEvent } from '../../engine/events.js'
import { type Activity, type Doing } from './activity.js'
import { describeOp } from '../render/describe-op.js'
import { escapeLine } from '../render/escape.js'
import type { Progress } from './progress.js'

const HEARTBEAT_SECONDS = 30

export interface PlainOptions {
  readonly activity: Activity
  /** Takes one line without its line feed. */
  readonly write: (line: string) => void
  /** Every line the nodes print. */
  readonly verbose: boolean
  readonly now?: () => Date
}

function time(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}

function heartbeat({ node, what, since, lastLine }: Doing, now: number): string {
  const said = lastLine === undefined ? '' : `: ${escapeLine(lastLine)}`
  return `${node} still ${what} (${String(Math.round((now - since) / 1000))} s)${said}`
}

/** The line an event is worth; most are not. */
function lineOf(event: EngineEvent, verbose: boolean): string | undefined {
  switch (event.type) {
    case 'op-finished':
      return `${event.op.node} ${event.op.step}: ${describeOp(event.op)} (${event.seconds.toFixed(1)} s)`
    case 'node-failed':
      return `${event.node} failed: ${event.error.code} ${escapeLine(event.error.message)}`
    case 'notice':
      return event.node === undefined ? escapeLine(event.message) : `${event.node} ${escapeLine(event.message)}`
    case 'output':
      return verbose ? `${event.node} | ${escapeLine(event.line)}` : undefined
    case 'step-started':
      return `${event.step}: ${event.title} on ${event.nodes.join(', ')}`
    case 'connecting':
    case 'connected':
    case 'looking':
    case 'looked':
    case 'locked':
    case 'unlocked':
    case 'step-finished':
    case 'node-started':
    case 'node-finished':
    case 'op-started':
      return undefined
  }
}

/** `12:03:04 m1 container-runtime: create package containerd (8.2 s)`, and every 30 s what is still going on. */
export function plainProgress({ activity, write, verbose, now = () => new Date() }: PlainOptions): Progress {
  const say = (text: string): void => {
    write(`${time(now())} ${text}`)
  }
  const beat = setInterval(() => {
    for (const doing of activity.now()) {
      if (now().getTime() - doing.since >= HEARTBEAT_SECONDS * 1000) say(heartbeat(doing, now().getTime()))
    }
  }, HEARTBEAT_SECONDS * 1000).unref()
  let applying = false
  return {
    emit(event) {
      // Of a node that cannot be read the plan itself tells.
      if (event.type === 'node-failed' && !applying) return
      const line = lineOf(event, verbose)
      if (line !== undefined) say(line)
    },
    begin() {
      applying = true
    },
    say,
    end() {
      clearInterval(beat)
      return Promise.resolve()
    },
  }
}
