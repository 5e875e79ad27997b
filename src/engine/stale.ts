import { TripodError } from '../errors.js'
import { DISRUPTIONS } from '../resources/resource.js'
import type { Op, Plan } from './plan-types.js'

/** `untouched`: nothing was done yet, and everything must be as shown. `at work`: earlier ops of the run have had their effects. */
export type Moment = 'untouched' | 'at work'

/** Ops that the review did not show as they are now: new ones, and ones that would do something else. */
export function surprises(reviewed: readonly Op[], now: readonly Op[], moment: Moment): readonly string[] {
  const known = new Map(reviewed.map((op) => [op.id, op]))
  return now.flatMap((op) => {
    const shown = known.get(op.id)
    if (shown === undefined) return [`${op.id} is new: ${op.reason.text}`]
    const same = moment === 'untouched' ? sameDeed(shown, op) : coveredBy(shown, op)
    return same ? [] : [`${op.id} changed: planned ${deed(shown)}, now ${deed(op)}`]
  })
}

/** What a reviewer approved of an op: the deed and, where content or versions are replaced, what it rests on. */
function sameDeed(shown: Op, now: Op): boolean {
  const part = ({ kind, action, disruption, change, pre }: Op): unknown =>
    kind === 'service' || kind === 'command' ? [action, disruption, change.summary] : [action, change, pre]
  return JSON.stringify(part(shown)) === JSON.stringify(part(now))
}

/** A unit or package that the plan was to bring, an earlier op may have brought; a restart may have become none. */
function coveredBy(shown: Op, now: Op): boolean {
  if (shown.kind === 'command') return true
  if (shown.action === 'create' && (shown.kind === 'service' || shown.kind === 'package')) return true
  if (shown.kind !== 'service') return sameDeed(shown, now)
  return shown.action === now.action && DISRUPTIONS.indexOf(now.disruption) <= DISRUPTIONS.indexOf(shown.disruption)
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
