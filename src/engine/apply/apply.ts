import { TripodError } from '../../errors.js'
import type { Step } from '../../steps/step.js'
import type { ApplySummary } from '../events.js'
import { withNodes } from '../observe/authorities.js'
import { lockAll, type NodeLock } from './lock.js'
import { observe, type Observation } from '../observe/observe.js'
import type { NodePlan } from '../plan/plan-node.js'
import { hostOf, type Op, type Plan } from '../plan/plan-types.js'
import { Rollout, summary } from './rollout.js'
import type { RunInput } from '../run-types.js'
import type { Station } from '../observe/station.js'
import { isDriftElsewhere, opsOf, planStale, surprises } from '../plan/stale.js'
import { AGAIN, LOOK, next } from '../../next-step.js'

export interface ApplyInput {
  readonly input: RunInput
  readonly steps: readonly Step[]
  readonly plan: Plan
  readonly stations: readonly Station[]
  /** The review is of a saved plan: what drifted where it has nothing to do is no concern of it. */
  readonly isSaved?: boolean
}

/** Lock, look again, refuse surprises, then step after step. A node that fails is left; the others go on. */
export async function applyPlan(work: ApplyInput): Promise<ApplySummary> {
  const started = performance.now()
  const reviewed = opsOf(work.plan)
  if (!work.plan.applyable) throw notApplyable()
  if (reviewed.length === 0) return summary([], started)
  const locks = await lock(work, reviewed)
  try {
    const fresh = await lookUnderLock(work, reviewed)
    const hosts = new Map(fresh.stations.flatMap(({ node, host }) => (host ? [[node.name, host] as const] : [])))
    const input = withNodes(work.input, fresh.context, hosts)
    await resolveAll(input, fresh)
    const rollout = new Rollout({ ...work, input }, fresh, locks)
    try {
      for (const step of work.plan.steps) await rollout.step(step)
    } finally {
      await rollout.cleanUp()
      if (rollout.hasBegun) await input.authorities?.used()
    }
    return rollout.finish(started)
  } finally {
    await Promise.allSettled(locks.map((one) => one.release()))
    work.input.emit({ type: 'unlocked', nodes: locks.map((one) => one.node) })
  }
}

function notApplyable(): TripodError {
  return new TripodError(
    'PREFLIGHT_FAILED',
    'this plan cannot be applied as it stands',
    next`See what \`${LOOK}\` says of the nodes and findings, and fix that first.`,
  )
}

/** Every node on which the plan runs something; the others stay free for other runs. */
async function lock({ input, stations }: ApplyInput, reviewed: readonly Op[]): Promise<readonly NodeLock[]> {
  const hosts = stations.flatMap(({ node, host }) =>
    host && reviewed.some((op) => hostOf(op) === node.name) ? [host] : [],
  )
  const locks = await lockAll(hosts, { operator: input.operator, runId: input.runId, since: new Date().toISOString() })
  input.emit({ type: 'locked', nodes: locks.map((one) => one.node) })
  return locks
}

/** Between the plan and the lock a machine may have moved: then nothing is done at all. */
async function lookUnderLock(work: ApplyInput, reviewed: readonly Op[]): Promise<Observation> {
  const { input, steps, stations } = work
  const fresh = await observe(input, steps, stations)
  refuseProblems(fresh.stations.flatMap((station) => station.problems))
  refuseForeignUnits(input, fresh)
  const fatal = fresh.findings.find((finding) => finding.severity === 'fatal')
  if (fatal) {
    const { id, message, fix, node } = fatal
    throw new TripodError('PREFLIGHT_FAILED', `${id} ${message}`, fix, node === undefined ? {} : { node })
  }
  const plans = [...fresh.plans.values()]
  const found = [
    ...plans.flatMap((plan) =>
      plan.unknown.map(({ node, resource, reason }) => `${node}:${resource} cannot be read: ${reason}`),
    ),
    ...surprises(reviewed, ofConcern(work, reviewed, plans), 'untouched'),
  ]
  if (found.length > 0) throw planStale(found)
  return fresh
}

function ofConcern({ isSaved }: ApplyInput, reviewed: readonly Op[], plans: readonly NodePlan[]): readonly Op[] {
  const ops = plans.flatMap((plan) => plan.changes.map((change) => change.op))
  return isSaved === true ? ops.filter((op) => !isDriftElsewhere(op, reviewed)) : ops
}

/** What the run itself or another node has yet to make; all else can be had before the first act. */
const MADE_LATER = /^(minted|node):/

/** Keys and the like come before the first act: one that is refused or cannot be had leaves every machine as it was. */
async function resolveAll({ resolve }: RunInput, { plans }: Observation): Promise<void> {
  const references = [...plans.values()].flatMap(({ changes }) =>
    changes.flatMap(({ act }) => (act.do === 'write' ? Object.values(act.file.references) : [])),
  )
  const ready = references.filter((reference) => !MADE_LATER.test(reference))
  await Promise.all([...new Set(ready)].map((reference) => resolve(reference)))
}

function refuseProblems(problems: readonly TripodError[]): void {
  const [first, ...others] = problems
  if (first === undefined) return
  if (others.length === 0) throw first
  const message = `${problems.map(({ detail }) => detail.node ?? 'a node').join(', ')} cannot be looked at any more`
  throw new TripodError(first.code, message, next`Fix the cause named for each node, then run \`${AGAIN}\` again.`, {
    failures: problems,
  })
}

/** Long work outlives a lost connection on purpose; that of another run must end before we touch the node. */
function refuseForeignUnits({ runId }: RunInput, { stations }: Observation): void {
  for (const { node, facts } of stations) {
    const unit = facts?.activeUnits.find((name) => !name.startsWith(`tripod-${runId}-`))
    if (unit === undefined) continue
    const hint = next`Wait until it has ended (\`systemctl status ${unit}\` on ${node.name}), then run \`${AGAIN}\` again.`
    throw new TripodError('UNIT_OF_OTHER_RUN', `${unit} of another run is still at work on ${node.name}`, hint, {
      node: node.name,
    })
  }
}
