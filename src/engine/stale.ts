import { TripodError } from '../errors.js'
import type { Op, Plan } from './plan-types.js'

/** Ops that the review did not show as they are now: new ones, and ones that would do something else. */
export function surprises(reviewed: readonly Op[], now: readonly Op[]): readonly string[] {
  const known = new Map(reviewed.map((op) => [op.id, op]))
  return now.flatMap((op) => {
    const shown = known.get(op.id)
    if (shown === undefined) return [`${op.id} is new: ${op.reason.text}`]
    return sameDeed(shown, op) ? [] : [`${op.id} changed: planned ${deed(shown)}, now ${deed(op)}`]
  })
}

/** What a reviewer approved of an op: the deed, and what it rests on. A restart may rest on files that the run itself wrote. */
function sameDeed(shown: Op, now: Op): boolean {
  if (shown.action !== now.action) return false
  if (shown.kind === 'service' || shown.kind === 'command') return true
  return JSON.stringify([shown.pre, shown.change]) === JSON.stringify([now.pre, now.change])
}

function deed({ action, change, pre }: Op): string {
  return `${action} (${change.summary}; from ${pre.map((one) => one.expect).join(', ')})`
}

export function opsOf(plan: Plan): readonly Op[] {
  return plan.steps.flatMap((step) => step.ops)
}

export function planStale(found: readonly string[], node?: string): TripodError {
  return new TripodError(
    'PLAN_STALE',
    `the machines are not as the plan showed them:\n${found.map((line) => `  ${line}`).join('\n')}`,
    'Run `tripod plan` again and review the new plan.',
    node === undefined ? {} : { node },
  )
}
