import { documentOf } from '../document/document-of.js'
import type { PlanDocument } from '../document/plan-document.js'
import { narrowed } from '../engine/narrow.js'
import type { NodeVersions, Run, RunInput } from '../engine/run-types.js'
import { openRun } from '../engine/run.js'
import { paintFor } from './colour.js'
import type { Errand, Speaker } from './errand.js'
import { imprintOf } from './imprint.js'
import { inWordsOf } from './intent-words.js'
import { updateLockFile } from './lock-file.js'
import { nextCommand, savedLine } from './plan-closing.js'
import { refusalOf } from './refusal.js'
import { refuseMoved } from './refuse-moved.js'
import { isNoOp, renderPlan } from './render-plan.js'
import { savePlan } from './saved-plan.js'
import { type Session, type SessionFlags, withSession } from './session.js'

export interface WorkFlags extends SessionFlags {
  readonly full: boolean
  readonly explain?: boolean
  /** Show the plan and end. */
  readonly 'dry-run'?: boolean
  /** Save the plan to this file, and end. */
  readonly out?: string | undefined
}

/** A plan of a file, which was reviewed. */
export interface Saved {
  readonly saved: PlanDocument
  readonly file: string
}

interface AtWork {
  readonly errand: Errand
  readonly flags: WorkFlags
  readonly run: Run
  readonly input: RunInput
  readonly session: Session
  readonly saved: Saved | undefined
}

/** The look, the plan, the yes, the work, and whether it came to what was wanted: in this order and not otherwise. */
export async function carryOut(
  errand: Errand,
  flags: WorkFlags,
  speaker: Speaker,
  saved?: Saved,
): Promise<PlanDocument> {
  return withSession(errand.verb, flags, async (session) => {
    const seen: NodeVersions[] = []
    const input = {
      ...errand.prepare(session.input),
      ...(errand.intent && { intent: errand.intent }),
      noteVersions: (nodes: readonly NodeVersions[]) => void seen.push(...nodes),
    }
    const run = await openRun(input)
    try {
      const reviewed = await review({ errand, flags, run, input, session, saved }, speaker)
      await run.close()
      if (reviewed.isWanted) await errand.prove?.({ input, ...reviewed }, speaker)
      return reviewed.shown
    } catch (error) {
      throw inWordsOf(errand.intent, error, flags.inventory)
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
  const { errand, flags, run, session, saved } = work
  const fresh = documentOf(run.plan, imprintOf(speaker.config), session.log.redact)
  if (saved !== undefined) await refuseOther(saved, fresh, run)
  const shown = saved?.saved ?? fresh
  if (flags.out !== undefined) await savePlan(flags.out, fresh)
  print(shown, work, speaker)
  speaker.refuse(refusalOf(run.plan))
  const isWanted = flags['dry-run'] !== true && flags.out === undefined
  if (!isWanted || isNoOp(shown)) return { shown, isWanted, isDone: false }
  await errand.consent(shown, session, saved?.file)
  await act(work, shown, speaker)
  return { shown, isWanted, isDone: true }
}

/** The review was of the file: where the machines still are as it says, it holds. */
async function refuseOther({ saved, file }: Saved, fresh: PlanDocument, run: Run): Promise<void> {
  const refusal = refusalOf(run.plan)
  if (refusal !== undefined) throw refusal
  await refuseMoved(saved, fresh, { run, file })
}

function print(shown: PlanDocument, { errand, flags, session: { log } }: AtWork, speaker: Speaker): void {
  const nothing = isNoOp(shown) ? errand.nothing?.(shown) : undefined
  const { full, explain = false, out } = flags
  const text =
    nothing ??
    renderPlan(shown, { paint: paintFor(process.stdout), full, explain, verb: errand.verb, closing: closing() })
  speaker.log(log.redact(text))
  log.write(text)

  function closing(): string | undefined {
    if (out !== undefined) return savedLine(shown, out)
    return shown.applyable ? errand.closing(shown) : nextCommand(shown)
  }
}

async function act({ errand, run, input, session, saved }: AtWork, shown: PlanDocument, speaker: Speaker) {
  const { progress } = session
  const only = saved && new Set(shown.ops.map(({ id }) => id))
  const plan = only === undefined ? run.plan : narrowed(run.plan, only)
  progress.begin(plan)
  const summary = await run.apply(only)
  await errand.conclude({ plan, summary, session, input }, speaker)
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
