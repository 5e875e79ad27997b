import { TripodError } from '../../errors.js'
import type { NodeRecord } from '../../facts/facts.js'
import type { RemoteFile } from '../../host/host.js'
import type { Readings } from '../../resources/readings.js'
import { stampOf } from '../../resources/service.js'
import { act } from './act.js'
import { batches, namesOf, type ActContext, type Batch } from './batch.js'
import {
  planNode,
  type Change,
  type NodePlan,
  type PackageVersions,
  type Undoing,
  type Wish,
} from '../plan/plan-node.js'
import type { Op } from '../plan/plan-types.js'
import { confirm, intend, recordFile, stampFile, type Outcome } from './record.js'
import type { RunInput } from '../run-types.js'
import { remembered } from './remember.js'
import { look, questionOf, type KnownStation } from '../observe/station.js'
import { planStale, surprises } from '../plan/stale.js'
import { refuseUnwritten } from './write-files.js'
import { AGAIN, LOOK, next } from '../../next-step.js'

export interface StepOnNode {
  readonly input: RunInput
  readonly station: KnownStation
  readonly record: NodeRecord
  readonly wishes: readonly Wish[]
  readonly withLeftovers: boolean
  readonly undoing?: Undoing | undefined
  readonly reviewed: readonly Op[]
  /** Rejects when a signal came or the lock is gone: nothing new is started. */
  readonly mayGoOn: () => Promise<void>
  /** Rejects where another run has taken the lock since: the record on the node may be its by now. */
  readonly keepLock: () => Promise<void>
}

export interface StepOutcome {
  readonly record: NodeRecord
  readonly ops: readonly Op[]
  /** As the last look found them. */
  readonly versions: PackageVersions
}

/** One step on one node: look again, refuse surprises, act, look again, refuse to go on unless the difference is empty. */
export async function applyStep(work: StepOnNode): Promise<StepOutcome> {
  const { input, station } = work
  await work.mayGoOn()
  const before = await lookAgain(work)
  const found = [...unreadable(before.plan), ...surprises(work.reviewed, opsIn(before.plan), 'at work')]
  if (found.length > 0) throw planStale(found, station.node.name)
  const { changes } = before.plan
  const known = work.undoing === undefined ? work.record : without(work.record, before.plan.gone)
  if (changes.length === 0) return { record: known, ops: [], versions: before.plan.versions }

  await work.mayGoOn()
  const record = intend(known, await remembered(station, known, changes), before.plan.settled)
  const context: ActContext = { input, station, resources: work.wishes.flatMap((wish) => wish.resources) }
  await writeOwn(context, [recordFile(record)])
  const outcomes = new Map<string, Outcome>()
  for (const batch of batches(changes)) {
    await work.mayGoOn()
    for (const [id, outcome] of await timed(context, batch)) outcomes.set(id, outcome)
  }

  const confirmed = confirm(record, changes, outcomes)
  // What was fetched and written is known by the record alone; leftovers leave it only once they are seen to be gone.
  const verified = { ...work, record: { entries: { ...record.entries, ...confirmed.entries } } }
  const after = await lookAgain(verified, changes)
  refuseDifference(station.node.name, after.plan)
  await work.keepLock()
  await writeOwn(context, [recordFile(confirmed), ...stamps(changes, after.readings)])
  return { record: confirmed, ops: changes.map((change) => change.op), versions: after.plan.versions }
}

/** What another step's undo took along is nothing to take back any more. */
function without({ entries }: NodeRecord, gone: readonly string[]): NodeRecord {
  return { entries: Object.fromEntries(Object.entries(entries).filter(([id]) => !gone.includes(id))) }
}

interface Look {
  readonly plan: NodePlan
  readonly readings: Readings
}

async function lookAgain(
  { station, wishes, withLeftovers, undoing, record }: StepOnNode,
  done: readonly Change[] = [],
): Promise<Look> {
  const question = { ...questionOf(station, { wishes, withLeftovers, undoing }), record }
  const readings = withRenewed(await look(station.host, station.os, question), done)
  return { plan: planNode({ ...question, readings }), readings }
}

/** A daemon that was just restarted or reloaded runs with what is on disk; its time of start does not tell after a reload. */
function withRenewed(readings: Readings, done: readonly Change[]): Readings {
  const stamps = new Map(
    done.flatMap(({ op, resource }) =>
      resource?.kind === 'service' && resource.runsWith && (op.action === 'create' || op.disruption !== 'none')
        ? [[resource.unit, stampOf(resource.runsWith.files, readings)] as const]
        : [],
    ),
  )
  return {
    ...readings,
    unit: (unit) => {
      const seen = readings.unit(unit)
      const stamp = stamps.get(unit)
      return seen.state === 'present' && stamp !== undefined ? { ...seen, stamp } : seen
    },
  }
}

function opsIn(plan: NodePlan): readonly Op[] {
  return plan.changes.map((change) => change.op)
}

function unreadable({ unknown }: NodePlan): readonly string[] {
  return unknown.map(({ resource, reason }) => `${resource} cannot be read: ${reason}`)
}

async function timed(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const started = performance.now()
  for (const { op } of batch) context.input.emit({ type: 'op-started', op })
  const outcomes = await act(context, batch).catch((error: unknown) => {
    throw asUnknown(error, context.station.node.name, batch)
  })
  const seconds = (performance.now() - started) / 1000
  for (const { op } of batch) context.input.emit({ type: 'op-finished', op, seconds })
  return outcomes
}

/** A connection that breaks while an op runs leaves open how it ended. */
function asUnknown(error: unknown, node: string, batch: Batch): unknown {
  if (!(error instanceof TripodError) || error.code !== 'CONNECTION_LOST') return error
  return new TripodError(
    'OUTCOME_UNKNOWN',
    `${namesOf(batch)} on ${node} may have finished or not: ${error.message}`,
    next`Run \`${LOOK}\` to see what the node looks like now, then \`${AGAIN}\`.`,
    { node, cause: error },
  )
}

async function writeOwn({ station }: ActContext, files: readonly RemoteFile[]): Promise<void> {
  refuseUnwritten(station.node.name, await station.host.write(files))
}

function refuseDifference(node: string, plan: NodePlan): void {
  const left = [...plan.changes.map(({ op }) => `${op.kind} ${op.name} ${op.reason.text}`), ...unreadable(plan)]
  if (left.length === 0) return
  throw new TripodError(
    'NOT_CONVERGED',
    `everything was done on ${node}, and still:\n${left.map((line) => `  ${line}`).join('\n')}`,
    next`Something else on ${node} wins over what was written; remove it, then run \`${AGAIN}\` again.`,
    { node: plan.changes[0]?.op.node ?? node },
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
