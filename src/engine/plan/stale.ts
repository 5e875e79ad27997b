import { TripodError } from '../../errors.js'
import { DISRUPTIONS } from '../../resources/resource.js'
import type { Op, Plan } from './plan-types.js'
import { LOOK, next } from '../../next-step.js'

/** `untouched`: nothing was done yet, and everything must be as shown. `at work`: earlier ops of the run have had their effects. */
export type Moment = 'untouched' | 'at work'

/** What of an op decides whether it is the one that was reviewed; texts may stand for themselves, or their digests for them. */
export type ReviewedOp = Pick<
  Op,
  'id' | 'node' | 'step' | 'kind' | 'action' | 'disruption' | 'reason' | 'pre' | 'dependsOn'
> & {
  readonly change: {
    readonly [Part in 'before' | 'after']?: string | undefined
  } & { readonly does?: readonly string[] | undefined } & Pick<Op['change'], 'summary' | 'notes'>
}

/** Ops that the review did not show as they are now: new ones, and ones that would do something else. */
export function surprises(
  reviewed: readonly ReviewedOp[],
  now: readonly ReviewedOp[],
  moment: Moment,
): readonly string[] {
  const known = new Map(reviewed.map((op) => [op.id, op]))
  return now.flatMap((op) => {
    const shown = known.get(op.id)
    if (shown === undefined) return [`${op.id} is new: ${op.reason.text}`]
    const same = moment === 'untouched' ? sameDeed(shown, op) : coveredBy(shown, op, reviewed)
    return same ? [] : [`${op.id} changed: planned ${deed(shown)}, now ${deed(op)}`]
  })
}

/** What a reviewer approved of an op: the deed and, where content or versions are replaced, what it rests on. */
export function sameDeed(shown: ReviewedOp, now: ReviewedOp): boolean {
  const part = ({ kind, action, disruption, change, pre }: ReviewedOp): unknown => {
    const { summary, before, after, notes } = change
    if (kind === 'service' || kind === 'command') return [action, disruption, summary, after]
    return [action, summary, before, after, notes, pre.map(({ subject, expect }) => [subject, expect])]
  }
  const isWorse = now.kind === 'package' && severity(now) > severity(shown)
  return !isWorse && JSON.stringify(part(shown)) === JSON.stringify(part(now))
}

const severity = ({ disruption }: ReviewedOp): number => DISRUPTIONS.indexOf(disruption)

/**
 * An earlier op may have brought the unit or package that the plan was to bring, started what it was to start, or finished an
 * installation that was only half done, with the files that it brings; a restart may have become none.
 */
function coveredBy(shown: ReviewedOp, now: ReviewedOp, reviewed: readonly ReviewedOp[]): boolean {
  const { kind, action } = shown
  if (kind === 'command' || sameDeed(shown, now)) return true
  if (kind === 'file')
    return action === 'create' && hasSameEnd(shown, now) && reviewed.some((op) => finishes(op, shown))
  if (kind === 'edit') return false
  if (kind === 'manifest') return action === 'create' && isMadeMeanwhile(now)
  if (action === 'create' || (kind === 'service' && starts(shown))) return true
  const isMilder = severity(now) <= severity(shown)
  return action === now.action && (kind === 'service' ? isMilder : !installs(now) && hasSameGround(shown, now))
}

/** An object that something else has made since (kubeadm makes some), to which is added what was to be in it, and of which nobody loses a field. */
const isMadeMeanwhile = ({ action, disruption, change }: ReviewedOp): boolean =>
  action === 'update' && disruption === 'none' && change.does?.includes('force') !== true

/** Installs, in the step of that file, what was there already. */
const finishes = (op: ReviewedOp, file: ReviewedOp): boolean => {
  const { kind, action, node, step } = op
  return kind === 'package' && action === 'update' && installs(op) && node === file.node && step === file.step
}

/** A package gets another version, or is finished, and not held alone. */
const installs = ({ change }: ReviewedOp): boolean => change.does?.includes('install') === true

const starts = ({ change }: ReviewedOp): boolean => change.does?.includes('start') === true

const hasSameEnd = (shown: ReviewedOp, now: ReviewedOp): boolean =>
  now.action !== 'delete' && shown.change.after === now.change.after

const hasSameGround = (shown: ReviewedOp, now: ReviewedOp): boolean =>
  JSON.stringify(shown.pre.map(({ expect }) => expect)) === JSON.stringify(now.pre.map(({ expect }) => expect))

function deed({ action, change, pre }: ReviewedOp): string {
  return `${action} (${change.summary}; from ${pre.map((one) => one.expect).join(', ')})`
}

export function opsOf(plan: Plan): readonly Op[] {
  return plan.steps.flatMap((step) => step.ops)
}

/**
 * What drifted where the review has nothing to do: it rests on none of it, and what is left out of it is left as it is. All
 * other ops are of concern.
 */
export function isDriftElsewhere(op: ReviewedOp, reviewed: readonly ReviewedOp[]): boolean {
  return op.reason.code === 'drift' && !reviewed.some(({ node, step }) => node === op.node && step === op.step)
}

export function planStale(found: readonly string[], node?: string): TripodError {
  return new TripodError(
    'PLAN_STALE',
    `the machines are not as the plan showed them:\n${found.map((line) => `  ${line}`).join('\n')}`,
    next`Run \`${LOOK}\` again and review the new plan.`,
    node === undefined ? {} : { node },
  )
}
