import type { NextStep } from '../next-step.js'
import type { CheckId } from '../check-catalogue.js'

/** One result of a check: what was found, where, and what to do about it. */
export interface Finding {
  readonly id: CheckId
  /** fatal: the plan cannot be applied. */
  readonly severity: 'fatal' | 'warning'
  /** Left out where it concerns several nodes or the cluster. */
  readonly node?: string
  /** Goes on after the name of the node, if there is one, and does not say it again: `runs kernel 3.10`. */
  readonly message: string
  readonly fix: NextStep
  /** Fatal by itself, let through by `accept` in the inventory: shown as a warning, by name. */
  readonly accepted?: true
}
