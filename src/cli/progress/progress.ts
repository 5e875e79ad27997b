import type { Emit } from '../../engine/events.js'
import type { Plan } from '../../engine/plan/plan-types.js'

/** One way to show events. The engine works whether or not anybody watches. */
export interface Progress {
  readonly emit: Emit
  /** The plan is agreed to: what follows is its apply. */
  readonly begin: (plan: Plan) => void
  /** A line from outside the engine, shown without disturbing what is on the screen. */
  readonly say: (text: string) => void
  /** Nothing more is shown afterwards. Resolves when the last is on the screen. */
  readonly end: () => Promise<void>
}

/** `--quiet`: only what is said from outside. */
export function quietProgress(say: (text: string) => void): Progress {
  return { emit: () => undefined, begin: () => undefined, say, end: () => Promise.resolve() }
}
