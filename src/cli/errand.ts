import type { PlanDocument } from '../document/plan-document.js'
import type { TripodError } from '../errors.js'
import type { ApplySummary } from '../engine/events.js'
import type { Plan } from '../engine/plan-types.js'
import type { RunInput } from '../engine/run-types.js'
import type { Intent } from '../steps/intent.js'
import type { Session } from './session.js'

/** Who speaks to the operator, and who it is. */
export interface Speaker {
  readonly config: { readonly bin: string; readonly version: string }
  /** To stdout: the result. */
  readonly log: (text: string) => void
  /** To stderr: for people alone. */
  readonly say: (text: string) => void
  /** Throws it, unless the result says it, as data does. */
  readonly refuse: (refusal: TripodError | undefined) => void
}

/** Work that was carried out, while the nodes are still connected. */
export interface Done {
  readonly plan: Plan
  readonly summary: ApplySummary
  readonly session: Session
  /** What the engine was asked with. */
  readonly input: RunInput
}

/** What tells an apply, a reset and a replacement apart on the one way from the look to the end of the work (carry-out.ts). */
export interface Errand {
  /** Left out: an apply of the inventory. */
  readonly intent?: Intent
  /** Names the log of the run. */
  readonly verb: string
  /** The steps, checks and nodes that it takes. */
  readonly prepare: (input: RunInput) => RunInput
  /** Last line of the plan that is about to be asked for. */
  readonly closing: (shown: PlanDocument) => string | undefined
  /** Instead of a plan with nothing to do. */
  readonly nothing?: (shown: PlanDocument) => string
  /** With the file of a plan that was saved and reviewed. Throws NOT_CONFIRMED. */
  readonly consent: (shown: PlanDocument, session: Session, file?: string) => Promise<void>
  /** What is said and looked at once it is done. */
  readonly conclude: (done: Done, speaker: Speaker) => Promise<void>
  /** Once the connections are closed, also where there was nothing to do: whether the end is what was wanted. */
  readonly prove?: (
    about: { readonly input: RunInput; readonly shown: PlanDocument; readonly isDone: boolean },
    speaker: Speaker,
  ) => Promise<void>
}
