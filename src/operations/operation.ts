import type { PlanDocument } from '../document/plan-document.js'
import type { ApplySummary } from '../engine/events.js'
import type { Plan } from '../engine/plan/plan-types.js'
import type { RunInput } from '../engine/run-types.js'
import type { Cluster } from '../inventory/cluster.js'
import type { Session } from '../cli/session/session.js'
import type { Speaker } from '../cli/session/speaker.js'
import type { NodeRef } from './node-ref.js'

/** What the operator said beside the intent. */
export interface Given {
  readonly yes: boolean
  /** Name of the cluster, by --confirm. */
  readonly confirm?: string | undefined
  /** The cluster as the inventory says it. */
  readonly inventory: Cluster
}

/** A plan that is to be agreed to. */
export interface Shown {
  readonly plan: PlanDocument
  readonly asker: Session['asker']
  /** Where it was saved and reviewed. */
  readonly file?: string | undefined
  readonly say: Speaker['say']
}

/** Work that was carried out, while the nodes are still connected. */
export interface Done {
  readonly plan: Plan
  readonly summary: ApplySummary
  readonly session: Session
  /** What the engine was asked with. */
  readonly input: RunInput
}

/** Whether the end is what was wanted is asked of this. */
export interface Ended {
  readonly input: RunInput
  readonly shown: PlanDocument
  /** There was something to do, and it was done. */
  readonly isDone: boolean
}

/**
 * What tells one kind of work from another on the one way from the look to the end of it (carry-out.ts). Adding one: its folder with
 * its intent, a line in intents.ts, a line in index.ts, and a command.
 */
export interface Operation<I> {
  /** Names the log of its runs. */
  readonly verb: string
  /** The words after `tripod` that do it: `node remove w2 --forget`. */
  readonly command: (intent: I) => string
  /** The words that make a plan of it and end, if not the same with --dry-run. */
  readonly look?: string
  /** Stands wherever the plan is named, so that it is not taken for an apply: `REMOVES w2`. */
  readonly title?: (intent: I) => string
  /** Nodes that it looks at though the inventory need not name them. */
  readonly guests?: (intent: I) => readonly NodeRef[]
  /** Nodes that it is about: none of them can be left out of it. */
  readonly about?: (intent: I) => readonly NodeRef[]
  /** false: its command has no --skip-node. */
  readonly skips?: boolean
  /** The steps, checks and nodes that it takes. */
  readonly prepare: (intent: I, input: RunInput) => RunInput
  /** Last line of the plan that is about to be asked for. */
  readonly closing?: (intent: I, given: Given) => string | undefined
  /** Instead of a plan with nothing to do. */
  readonly nothing?: (intent: I) => string
  /** Throws NOT_CONFIRMED. */
  readonly consent: (intent: I, given: Given, shown: Shown) => Promise<void>
  /** What is said and looked at once it is done. */
  readonly conclude: (intent: I, done: Done, about: Given & { readonly speaker: Speaker }) => Promise<void>
  /** Once the connections are closed, also if there was nothing to do: whether the end is what was wanted. */
  readonly prove?: (intent: I, ended: Ended, about: Given & { readonly speaker: Speaker }) => Promise<void>
}
