import { documentOf } from '../document/document-of.js'
import type { PlanDocument } from '../document/plan-document.js'
import { narrowed } from '../engine/plan/narrow.js'
import type { NodeVersions, Run, RunInput } from '../engine/run-types.js'
import { openRun } from '../engine/run.js'
import type { Cluster } from '../inventory/cluster.js'
import { paintFor } from '../cli/render/colour.js'
import { imprintOf } from '../cli/saved-plan/imprint.js'
import { askedCommand, askedFor, operationOf } from './index.js'
import type { Intent } from './intents.js'
import type { Given, Operation } from './operation.js'
import type { Speaker } from '../cli/session/speaker.js'
import { updateLockFile } from '../cli/session/lock-file.js'
import { nextCommand, savedLine } from '../cli/render/plan-closing.js'
import { refusalOf } from '../cli/saved-plan/refusal.js'
import { refuseMoved } from '../cli/saved-plan/refuse-moved.js'
import { isNoOp, renderPlan } from '../cli/text/render-plan.js'
import { savePlan } from '../cli/saved-plan/saved-plan.js'
import { tellWarnings } from '../cli/session/open-inventory.js'
import { type Session, type SessionFlags, withSession } from '../cli/session/session.js'

export interface WorkFlags extends SessionFlags {
  readonly full: boolean
  readonly explain?: boolean
  /** Show the plan and end. */
  readonly 'dry-run'?: boolean
  /** Save the plan to this file, and end. */
  readonly out?: string | undefined
  readonly yes?: boolean
  /** Name of the cluster. */
  readonly confirm?: string | undefined
}

/** A plan of a file, which was reviewed. */
export interface Saved {
  readonly saved: PlanDocument
  readonly file: string
}

interface AtWork {
  readonly operation: Operation<Intent>
  readonly intent: Intent
  readonly given: Given
  readonly flags: WorkFlags
  readonly run: Run
  readonly input: RunInput
  readonly session: Session
  readonly saved: Saved | undefined
}

/** The look, the plan, the yes, the work, and whether it came to what was wanted: in this order and not otherwise. */
export async function carryOut(
  intent: Intent,
  flags: WorkFlags,
  speaker: Speaker,
  { inventory, saved }: { readonly inventory?: Cluster; readonly saved?: Saved } = {},
): Promise<PlanDocument> {
  const operation = operationOf(intent)
  const guests = operation.guests?.(intent) ?? []
  const about = operation.about?.(intent) ?? []
  const asked = askedCommand(intent)
  return withSession(operation.verb, { ...flags, guests, asked }, async (session) => {
    const seen: NodeVersions[] = []
    const given = { yes: flags.yes ?? false, confirm: flags.confirm, inventory: inventory ?? session.input.cluster }
    const input = {
      ...operation.prepare(intent, session.input),
      intent,
      about,
      noteVersions: (nodes: readonly NodeVersions[]) => void seen.push(...nodes),
    }
    const run = await openRun(input)
    try {
      const reviewed = await review({ operation, intent, given, flags, run, input, session, saved }, speaker)
      await run.close()
      if (reviewed.isWanted) await operation.prove?.(intent, { input, ...reviewed }, { ...given, speaker })
      return reviewed.shown
    } finally {
      await run.close()
      await noteVersions(session, seen, speaker)
    }
  })
}

interface Reviewed {
  readonly shown: PlanDocument
  /** It is not only shown. */
  readonly isWanted: boolean
  readonly isDone: boolean
}

async function review(work: AtWork, speaker: Speaker): Promise<Reviewed> {
  const { operation, intent, given, flags, run, session, saved } = work
  const fresh = documentOf(
    run.plan,
    { ...imprintOf(speaker.config), asked: askedFor(intent), wording: session.wording },
    session.log.redact,
  )
  if (saved !== undefined) await refuseOther(saved, fresh, run)
  const shown = saved?.saved ?? fresh
  if (flags.out !== undefined) await savePlan(flags.out, fresh)
  if (shown.ops.length === 0) tellWarnings(run.plan.cluster.warnings, speaker.say)
  print(shown, work, speaker)
  speaker.refuse(refusalOf(run.plan))
  const isWanted = flags['dry-run'] !== true && flags.out === undefined
  if (!isWanted || isNoOp(shown)) return { shown, isWanted, isDone: false }
  await operation.consent(intent, given, { plan: shown, asker: session.asker, file: saved?.file, say: speaker.say })
  await act(work, shown, speaker)
  return { shown, isWanted, isDone: true }
}

/** The review was of the file: where the machines still are as it says, it holds. */
async function refuseOther({ saved, file }: Saved, fresh: PlanDocument, run: Run): Promise<void> {
  const refusal = refusalOf(run.plan)
  if (refusal !== undefined) throw refusal
  await refuseMoved(saved, fresh, { run, file })
}

function print(
  shown: PlanDocument,
  { operation, intent, given, flags, session: { log } }: AtWork,
  speaker: Speaker,
): void {
  const nothing = isNoOp(shown) ? operation.nothing?.(intent) : undefined
  const { full, explain = false, out } = flags
  const text =
    nothing ??
    renderPlan(shown, { paint: paintFor(process.stdout), full, explain, words: shown.command.work, closing: closing() })
  speaker.log(log.redact(text))
  log.write(text)

  function closing(): string | undefined {
    if (out !== undefined) return savedLine(shown, out)
    return shown.applyable ? operation.closing?.(intent, given) : nextCommand(shown)
  }
}

async function act(
  { operation, intent, given, run, input, session, saved }: AtWork,
  shown: PlanDocument,
  speaker: Speaker,
) {
  const { progress } = session
  const only = saved && new Set(shown.ops.map(({ id }) => id))
  const plan = only === undefined ? run.plan : narrowed(run.plan, only)
  progress.begin(plan)
  const summary = await run.apply(only)
  await operation.conclude(intent, { plan, summary, session, input }, { ...given, speaker })
}

/** Also after a failure: what was done until then is done. */
async function noteVersions(
  { input, log, progress }: Session,
  seen: readonly NodeVersions[],
  { say }: Speaker,
): Promise<void> {
  if (seen.length === 0) return
  await progress.end()
  const outcome = await updateLockFile(input.cluster, seen)
  log.write(`lock file ${outcome.path} ${outcome.state}`)
  if (outcome.state === 'written') say(`Versions: ${outcome.path}`)
  if (outcome.state === 'failed') say(`! ${outcome.path} was not brought up to date: ${outcome.why}`)
}
