import type { EngineEvent } from '../../engine/events.js'
import { describeOp } from '../render/describe-op.js'

/** What one node is doing. */
export interface Doing {
  readonly node: string
  /** `container-runtime: create package containerd`, `connecting`. */
  readonly what: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly lastLine?: string
}

/** What every node is doing, told by the events. */
export interface Activity {
  readonly note: (event: EngineEvent) => void
  readonly now: () => readonly Doing[]
}

type Change = { readonly node: string; readonly what?: string } | undefined

/** What an event says of its node: something begins (`what`), or it is idle again. */
function changeOf(event: EngineEvent): Change {
  switch (event.type) {
    case 'connecting':
      return { node: event.node, what: 'connecting' }
    case 'looking':
      return { node: event.node, what: `reading ${event.what}` }
    case 'op-started':
      return { node: event.op.node, what: `${event.op.step}: ${describeOp(event.op)}` }
    case 'op-finished':
      return { node: event.op.node }
    case 'connected':
    case 'looked':
    case 'node-failed':
    case 'node-finished':
      return { node: event.node }
    case 'locked':
    case 'unlocked':
    case 'step-started':
    case 'step-finished':
    case 'node-started':
    case 'output':
    case 'notice':
      return undefined
  }
}

/** Starts with every node idle. `clock` gives milliseconds. */
export function trackActivity(clock: () => number = Date.now): Activity {
  const doing = new Map<string, Doing>()
  return {
    note(event) {
      if (event.type === 'output') {
        const known = doing.get(event.node)
        if (known !== undefined) doing.set(event.node, { ...known, lastLine: event.line })
        return
      }
      const change = changeOf(event)
      if (change?.what !== undefined) doing.set(change.node, { node: change.node, what: change.what, since: clock() })
      else if (change !== undefined) doing.delete(change.node)
    },
    now: () => [...doing.values()],
  }
}
