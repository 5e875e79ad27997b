import type { PlanDocument } from '../../document/plan-document.js'
import { TripodError } from '../../errors.js'
import { quote } from '../../shell.js'
import { type Asker, ONLY_YES } from './asker.js'
import { escapeLine } from '../render/escape.js'

export interface ConsentOptions {
  readonly yes: boolean
  /** Name of the cluster as given by --confirm. */
  readonly confirm?: string | undefined
  readonly asker: Asker | undefined
  /** The command that asks for this again. */
  readonly again: string
}

/** Losing data takes the name of the cluster; anything else a yes. */
export function consentNeeded(plan: PlanDocument): 'yes' | 'name' {
  return plan.ops.some((op) => op.disruption === 'data-loss') ? 'name' : 'yes'
}

/** What was typed is said again: a misspelt yes must not look like a decision. */
function declined(again: string, typed: string, wanted: string): TripodError {
  const why = typed === '' ? 'nothing' : `"${escapeLine(typed)}"`
  return new TripodError(
    'NOT_CONFIRMED',
    `Not applied: you typed ${why}; only ${wanted} confirms. Nothing was changed.`,
    `To review the plan and be asked again: ${again}`,
  )
}

async function byName(plan: PlanDocument, { confirm, asker, again }: ConsentOptions): Promise<void> {
  const { name } = plan.cluster
  if (confirm === name) return
  const fix = `${again} --confirm ${quote(name)}`
  if (confirm !== undefined) {
    throw new TripodError(
      'NOT_CONFIRMED',
      `--confirm says ${confirm}, but the cluster is ${name}. Nothing was changed.`,
      fix,
    )
  }
  if (asker === undefined) {
    throw new TripodError('NOT_CONFIRMED', 'This plan destroys data; --yes is not enough. Nothing was changed.', fix)
  }
  const typed = await asker.words(`This plan destroys data. Type the cluster name (${name}) to confirm:`)
  if (typed !== name) throw declined(again, typed, name)
}

async function byYes({ yes, asker, again }: ConsentOptions): Promise<void> {
  if (yes) return
  if (asker === undefined) {
    const fix = `Review the plan above, then: ${again} --yes`
    throw new TripodError(
      'NOT_CONFIRMED',
      'Cannot ask for confirmation: stdin is not a terminal. Nothing was changed.',
      fix,
    )
  }
  const typed = await asker.words(`Apply this plan? ${ONLY_YES}`)
  if (typed !== 'yes') throw declined(again, typed, '"yes"')
}

export interface NameOptions extends Omit<ConsentOptions, 'yes'> {
  /** `Take all of this back?` */
  readonly question: string
}

/** What cannot be taken back by another apply takes the name of the cluster, always. Throws NOT_CONFIRMED. */
export async function confirmByName(
  plan: PlanDocument,
  { confirm, asker, question, again }: NameOptions,
): Promise<void> {
  const { name } = plan.cluster
  if (confirm === name) return
  const refused = (why: string): TripodError =>
    new TripodError('NOT_CONFIRMED', `${why}. Nothing was changed.`, `${again} --confirm ${quote(name)}`)
  if (confirm !== undefined) throw refused(`--confirm says ${confirm}, but the cluster is ${name}`)
  if (asker === undefined) throw refused('Cannot ask for confirmation: stdin is not a terminal')
  const typed = await asker.words(`${question} Type the cluster name (${name}) to confirm:`)
  if (typed !== name) throw refused(`Not confirmed: you typed "${escapeLine(typed)}", not ${name}`)
}

/** Resolves when the operator agrees to the plan. Throws NOT_CONFIRMED. */
export function askConsent(plan: PlanDocument, options: ConsentOptions): Promise<void> {
  return consentNeeded(plan) === 'name' ? byName(plan, options) : byYes(options)
}
