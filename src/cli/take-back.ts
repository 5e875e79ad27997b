import { resetFindings } from '../checks/reset.js'
import { documentOf } from '../document/document-of.js'
import type { PlanDocument } from '../document/plan-document.js'
import { looking } from '../engine/looking.js'
import { type Remain, remainsOn } from '../engine/remains.js'
import { openRun } from '../engine/run.js'
import type { NodeVersions, Run, RunInput } from '../engine/run-types.js'
import { selectNodes } from '../engine/select.js'
import { TripodError } from '../errors.js'
import type { Cluster } from '../inventory/cluster.js'
import { quote } from '../shell.js'
import { resetSteps, type ResetTargets } from '../steps/reset.js'
import { steps } from '../steps/index.js'
import { paintFor } from './colour.js'
import { confirmByName } from './consent.js'
import { escapeLine } from './escape.js'
import { imprintOf } from './imprint.js'
import { updateLockFile } from './lock-file.js'
import { count } from './plan-headline.js'
import { refusalOf } from './refusal.js'
import { isNoOp, renderPlan } from './render-plan.js'
import { renderSummary } from './render-summary.js'
import { type Session, type SessionFlags, withSession } from './session.js'

export interface TakeBackFlags extends Omit<SessionFlags, 'node' | 'step'> {
  /** Left out: all of them. */
  readonly nodes?: readonly string[] | undefined
  readonly forget: boolean
  readonly 'dry-run': boolean
  readonly confirm?: string | undefined
  readonly full: boolean
}

/** What the command gives: its words, and who it is. */
export interface Speaker {
  readonly config: { readonly bin: string; readonly version: string }
  readonly log: (text: string) => void
  readonly say: (text: string) => void
}

/** The plan with its intent reversed, the name of the cluster, the work, and a look at what is left. */
export async function takeBack(flags: TakeBackFlags, speaker: Speaker): Promise<void> {
  const gone = flags.forget ? (flags.nodes ?? []) : []
  const skipped = [...(flags['skip-node'] ?? []), ...gone]
  const target = { ...flags, node: undefined, step: undefined, 'skip-node': skipped.length === 0 ? undefined : skipped }
  await withSession('reset', target, async (session) => {
    const targets = targetsOf(session.input.cluster, flags)
    const seen: NodeVersions[] = []
    const run = await openRun({
      ...reversed(session.input, targets),
      noteVersions: (nodes) => void seen.push(...nodes),
    })
    let mayForget: boolean
    try {
      mayForget = await review({ run, session, flags, targets }, speaker).catch(asReset)
      if (flags['dry-run']) return
    } finally {
      await run.close()
      await session.progress.end()
      if (seen.length > 0) await updateLockFile(session.input.cluster, seen)
    }
    await proof({ input: session.input, targets, mayForget }, speaker)
  })
}

/** A node that is not looked at is left as it is, and keeps nobody from taking back all the others. */
export function targetsOf(
  cluster: Cluster,
  { nodes, forget, 'skip-node': skipped = [] }: Pick<TakeBackFlags, 'nodes' | 'forget' | 'skip-node'>,
): ResetTargets {
  const all = cluster.nodes.map(({ name }) => name)
  // A name that is not there is an error here as everywhere.
  const chosen = nodes === undefined ? all : selectNodes(cluster, { nodes }).map(({ name }) => name)
  return {
    nodes: chosen.filter((name) => !skipped.includes(name)),
    whole: all.every((name) => chosen.includes(name) || skipped.includes(name)),
    gone: forget,
  }
}

function reversed(input: RunInput, targets: ResetTargets): RunInput {
  return {
    ...looking(input),
    steps: resetSteps(steps, targets),
    checks: (context) => resetFindings(targets, context),
  }
}

/** The engine knows an apply: whoever takes back is not sent to do everything again. */
function asReset(error: unknown): never {
  throw error instanceof TripodError ? renamed(error) : error
}

function renamed(error: TripodError): TripodError {
  const { code, message, hint, detail } = error
  const words = (text: string): string =>
    text.replaceAll('`tripod apply`', '`tripod reset`').replaceAll('`tripod plan`', '`tripod reset --dry-run`')
  const failures = detail.failures?.map(renamed)
  return new TripodError(code, words(message), words(hint), { ...detail, ...(failures && { failures }) })
}

interface Review {
  readonly run: Run
  readonly session: Session
  readonly flags: TakeBackFlags
  readonly targets: ResetTargets
}

/** Whether the operator agreed; who has nothing to take back is not asked, and did only where the name was given. */
async function review({ run, session, flags, targets }: Review, { config, log, say }: Speaker): Promise<boolean> {
  const { log: runLog, progress, asker } = session
  const shown = documentOf(run.plan, imprintOf(config), runLog.redact)
  const text = isNoOp(shown)
    ? `Nothing to take back on ${targets.nodes.join(', ')}.`
    : renderPlan(shown, {
        paint: paintFor(process.stdout),
        full: flags.full,
        verb: 'reset',
        closing: closing(shown, targets),
      })
  log(runLog.redact(text))
  runLog.write(text)
  const refusal = refusalOf(run.plan)
  if (refusal !== undefined) throw refusal
  if (flags['dry-run']) return false
  if (isNoOp(shown)) return flags.confirm === shown.cluster.name
  await confirmByName(shown, { confirm: flags.confirm, asker, again: again(shown, flags) })
  progress.begin(run.plan)
  const summary = await run.apply()
  await progress.end()
  log(renderSummary(summary, runLog.path))
  if (!targets.whole)
    say(
      `Still in ${shown.cluster.inventoryPath}: ${targets.nodes.join(', ')}. The next apply joins them again, unless they are taken out of it.`,
    )
  return true
}

function closing(plan: PlanDocument, { nodes, whole }: ResetTargets): string {
  if (!plan.applyable) return 'This plan cannot be carried out: see the lines marked ! above.'
  const who = whole ? 'every node' : nodes.join(', ')
  return `At the end /var/lib/tripod (record, logs, kept originals) is removed from ${who}, and what is left of Kubernetes there is listed.`
}

function again({ cluster: { inventoryPath, name } }: PlanDocument, { nodes = [], forget }: TakeBackFlags): string {
  const chosen = nodes.map((node) => ` --node ${quote(node)}`).join('')
  return `tripod reset -i ${quote(inventoryPath)}${chosen}${forget ? ' --forget' : ''} --confirm ${quote(name)}`
}

interface Proof {
  readonly input: RunInput
  readonly targets: ResetTargets
  /** Somebody agreed that what tripod knew of the nodes goes. */
  readonly mayForget: boolean
}

/** What a second look would take back, else what stays on the machines although nothing in the record knows it. */
async function leftOn({ input, targets, mayForget }: Proof): Promise<readonly Remain[]> {
  const again = await openRun(reversed(input, targets))
  await again.close()
  const refusal = refusalOf(again.plan)
  if (refusal !== undefined) throw refusal
  const ops = again.plan.steps.flatMap((step) => step.ops)
  if (ops.length > 0)
    return ops.map(({ node, kind, name, reason }) => ({ node, what: `${kind} ${name}: ${reason.text}` }))
  const nodes = input.cluster.nodes.filter(({ name }) => targets.nodes.includes(name))
  return remainsOn(input, nodes, mayForget)
}

/** Empty where the machines are clean. */
async function proof(work: Proof, { log }: Speaker): Promise<void> {
  const { nodes, gone } = work.targets
  if (gone) return
  const remains = await leftOn(work)
  const clean = nodes.filter((name) => !remains.some(({ node }) => node === name))
  if (clean.length > 0) log(`Nothing of Kubernetes or tripod is left on ${clean.join(', ')}.`)
  if (remains.length === 0) return
  for (const { node, what } of remains) log(escapeLine(`! ${node}: ${what}`))
  throw new TripodError(
    'RESET_INCOMPLETE',
    `${count(remains.length, 'thing is', 'things are')} left on ${[...new Set(remains.map(({ node }) => node))].join(', ')}`,
    `What is not of somebody else: run the same reset again with --confirm ${quote(work.input.cluster.name)}, or remove it by hand.`,
  )
}
