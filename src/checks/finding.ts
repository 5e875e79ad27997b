import type { NextStep } from '../next-step.js'
/** One result of preflight (domain.md 6): what was found, where, and what to do about it. */
export interface Finding {
  /** `P05`: the number of the check, stable. */
  readonly id: string
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
