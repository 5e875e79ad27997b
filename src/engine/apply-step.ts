import { TripodError } from '../errors.js'
import type { NodeRecord } from '../facts/facts.js'
import type { RemoteFile } from '../host/host.js'
import type { Readings } from '../resources/readings.js'
import type { CommandResource, Resource } from '../resources/resource.js'
import { stampOf } from '../resources/service.js'
import { act, batches, refuseUnwritten, type ActContext, type Batch } from './act.js'
import { planNode, type Change, type NodePlan, type Wish } from './plan-node.js'
import type { Op } from './plan-types.js'
import { confirm, intend, recordFile, stampFile, type Outcome } from './record.js'
import type { RunInput } from './run-types.js'
import { look, questionOf, type KnownStation } from './station.js'
import { planStale, surprises } from './stale.js'

export interface StepOnNode {
  readonly input: RunInput
  readonly station: KnownStation
  readonly record: NodeRecord
  readonly wishes: readonly Wish[]
  readonly withLeftovers: boolean
  readonly reviewed: readonly Op[]
  /** Rejects when a signal came or the lock is gone: nothing new is started. */
  readonly mayGoOn: () => Promise<void>
}

export interface StepOutcome {
  readonly record: NodeRecord
  readonly ops: readonly Op[]
}

/** One step on one node: look again, refuse surprises, act, look again, refuse to go on unless the difference is empty. */
export async function applyStep(work: StepOnNode): Promise<StepOutcome> {
  const { input, station } = work
  const before = await lookAgain(work)
  const unknown = before.plan.unknown.map(({ resource, reason }) => `${resource} cannot be read: ${reason}`)
  const found = [...unknown, ...surprises(work.reviewed, opsIn(before.plan), 'at work')]
  if (found.length > 0) throw planStale(found, station.node.name)
  const { changes } = before.plan
  if (changes.length === 0) return { record: work.record, ops: [] }

  const record = intend(work.record, await remembered(work, changes), before.plan.settled)
  const context: ActContext = { input, station, resources: work.wishes.flatMap((wish) => wish.resources) }
  await writeOwn(context, [recordFile(record)])
  const outcomes = new Map<string, Outcome>()
  for (const batch of batches(changes)) {
    await work.mayGoOn()
    for (const [id, outcome] of await timed(context, batch)) outcomes.set(id, outcome)
  }

  const confirmed = confirm(record, changes, outcomes)
  // What was fetched and written is known by the record alone; leftovers leave it only once they are seen to be gone.
  const after = await lookAgain({ ...work, record: { entries: { ...record.entries, ...confirmed.entries } } })
  refuseDifference(station.node.name, after.plan)
  await writeOwn(context, [recordFile(confirmed), ...stamps(changes, after.readings)])
  return { record: confirmed, ops: changes.map((change) => change.op) }
}

interface Look {
  readonly plan: NodePlan
  readonly readings: Readings
}

async function lookAgain({ station, wishes, withLeftovers, record }: StepOnNode): Promise<Look> {
  const question = { ...questionOf(station, wishes, withLeftovers), record }
  const readings = await look(station.host, station.os, question)
  return { plan: planNode({ ...question, readings }), readings }
}

function opsIn(plan: NodePlan): readonly Op[] {
  return plan.changes.map((change) => change.op)
}

/** Old values that only a command of the step knows how to read, before its first run. */
async function remembered({ station, record }: StepOnNode, changes: readonly Change[]): Promise<readonly Change[]> {
  return Promise.all(
    changes.map(async (change) => {
      const script = isCommand(change.resource) ? change.resource.remember : undefined
      if (script === undefined || record.entries[change.resourceId] !== undefined) return change
      const result = await station.host.run(script)
      if (result.code === 0) return { ...change, before: result.stdout }
      const { name } = station.node
      throw new TripodError(
        'COMMAND_FAILED',
        `cannot read what ${change.op.name} would change on ${name}`,
        `Mend the cause on ${name}, then run \`tripod apply\` again.`,
        {
          node: name,
          output: result.stderr,
        },
      )
    }),
  )
}

function isCommand(resource: Resource | undefined): resource is CommandResource {
  return resource?.kind === 'command'
}

async function timed(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const started = performance.now()
  for (const { op } of batch) context.input.emit({ type: 'op-started', op })
  const outcomes = await act(context, batch)
  const seconds = (performance.now() - started) / 1000
  for (const { op } of batch) context.input.emit({ type: 'op-finished', op, seconds })
  return outcomes
}

async function writeOwn({ station }: ActContext, files: readonly RemoteFile[]): Promise<void> {
  refuseUnwritten(station.node.name, await station.host.write(files))
}

function refuseDifference(node: string, { changes, unknown }: NodePlan): void {
  const left = [
    ...changes.map(({ op }) => `${op.kind} ${op.name} ${op.reason.text}`),
    ...unknown.map(({ resource, reason }) => `${resource} cannot be read: ${reason}`),
  ]
  if (left.length === 0) return
  throw new TripodError(
    'NOT_CONVERGED',
    `everything was done on ${node}, and still:\n${left.map((line) => `  ${line}`).join('\n')}`,
    `Something else on ${node} wins over what was written; remove it, then run \`tripod apply\` again.`,
    { node },
  )
}

/** Units that were (re)started or reloaded and verified: what they run with is now known. */
function stamps(changes: readonly Change[], readings: Readings): readonly RemoteFile[] {
  return changes.flatMap(({ resource }) =>
    resource?.kind === 'service' && resource.active && resource.runsWith
      ? [stampFile(resource.unit, stampOf(resource.runsWith.files, readings))]
      : [],
  )
}
