import type { TripodError } from '../errors.js'
import type { Op } from './plan/plan-types.js'

/** What the engine tells while it works. It never prints; progress, run log and tests listen. */
export type EngineEvent =
  | { readonly type: 'connecting' | 'connected'; readonly node: string }
  | { readonly type: 'looking' | 'looked'; readonly node: string; readonly what: 'facts' | 'resources' | 'health' }
  | { readonly type: 'node-failed'; readonly node: string; readonly error: TripodError }
  | { readonly type: 'locked' | 'unlocked'; readonly nodes: readonly string[] }
  | {
      readonly type: 'step-started' | 'step-finished'
      readonly step: string
      readonly title: string
      readonly nodes: readonly string[]
    }
  /** One node begins or ends its part of a step. */
  | { readonly type: 'node-started'; readonly step: string; readonly node: string; readonly ops: number }
  | { readonly type: 'node-finished'; readonly step: string; readonly node: string; readonly seconds: number }
  | { readonly type: 'op-started'; readonly op: Op }
  | { readonly type: 'op-finished'; readonly op: Op; readonly seconds: number }
  /** A line a command on the node printed. */
  | { readonly type: 'output'; readonly node: string; readonly step: string; readonly line: string }
  /** Something the operator should know that is no error. */
  | { readonly type: 'notice'; readonly node?: string; readonly message: string }

export type Emit = (event: EngineEvent) => void

/** How an apply ended. */
export interface ApplySummary {
  readonly applied: number
  readonly restarts: number
  readonly reboots: number
  readonly nodesChanged: number
  readonly seconds: number
}
