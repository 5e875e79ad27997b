import { TripodError, type ErrorCode } from '../errors.js'
import type { RemoteFile, RunResult, WriteOutcome } from '../host/host.js'
import { BACKUP_DIRECTORY, sha256 } from '../resources/file.js'
import type { FileWrite } from '../resources/kind.js'
import type { Resource } from '../resources/resource.js'
import { lines, sh, type Script } from '../shell.js'
import { runDetached } from './detached.js'
import type { Op } from './plan-types.js'
import type { Change } from './plan-node.js'
import { stampFile, type Outcome } from './record.js'
import type { RunInput } from './run-types.js'
import type { KnownStation } from './station.js'

export interface ActContext {
  readonly input: RunInput
  readonly station: KnownStation
  /** All resources of the step: a file that a unit runs with takes its stamp away first. */
  readonly resources: readonly Resource[]
}

export type Batch = readonly [Change, ...Change[]]

/** Neighbours that one round trip can carry out together: files in one write, packages in one transaction. */
export function batches(changes: readonly Change[]): readonly Batch[] {
  const result: [Change, ...Change[]][] = []
  for (const change of changes) {
    const last = result.at(-1)
    if (last && change.act.do !== 'run' && last[0].act.do === change.act.do) last.push(change)
    else result.push([change])
  }
  return result
}

/** `package containerd, runc`: for messages. */
export function namesOf([first, ...rest]: Batch): string {
  return [`${first.op.kind} ${first.op.name}`, ...rest.map(({ op }) => op.name)].join(', ')
}

/** Carries out one batch. Throws what went wrong, naming node and op. */
export async function act(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const [{ act: first, op }] = batch
  if (first.do === 'write') return writeAll(context, batch)
  if (first.do === 'run') {
    const { script, timeoutSeconds } = first
    const result = first.detached
      ? await detached(context, op, script, timeoutSeconds)
      : await context.station.host.run(script, { timeoutSeconds, onLine: lineOf(context, op) })
    check(context, batch, result)
    return new Map()
  }
  return packages(context, batch, first.do)
}

function lineOf({ input, station }: ActContext, op: Op): (line: string) => void {
  return (line) => {
    if (line.startsWith(ADDED)) return
    input.emit({ type: 'output', node: station.node.name, step: op.step, line })
  }
}

/** 15 minutes for the transaction itself (experience.md 2.3), 10 for somebody else's package lock before it. */
const PACKAGE_TIMEOUT_SECONDS = 1500

async function packages(
  context: ActContext,
  batch: Batch,
  what: 'install' | 'hold',
): Promise<ReadonlyMap<string, Outcome>> {
  const [{ op }] = batch
  const manager = context.station.os.packages
  const wanted = batch.flatMap(({ act }) => (act.do === 'install' || act.do === 'hold' ? [act.package] : []))
  const script = what === 'hold' ? manager.hold(wanted) : withDifference(manager.install(wanted), manager.list())
  const result = await detached(context, op, script, PACKAGE_TIMEOUT_SECONDS)
  check(context, batch, result)
  if (what === 'hold') return new Map()
  const added = result.stdout.split('\n').flatMap((line) => (line.startsWith(ADDED) ? [line.slice(ADDED.length)] : []))
  // Each named package answers for itself; what came along with them is laid to the last that was new, which wanted it most.
  const named = wanted.map((one) => one.name)
  const newcomer = batch.findLast((change) => change.op.action === 'create') ?? batch[0]
  return new Map([[newcomer.resourceId, { added: added.filter((name) => !named.includes(name)) }]])
}

const ADDED = 'tripod-added '

/** The package list around an installation: what came with it is what undo may remove (domain.md 1.7). */
function withDifference(install: Script, list: Script): Script {
  return lines([
    sh`before=$(`,
    list,
    sh`) || exit 1`,
    sh`(`,
    install,
    sh`) || exit`,
    sh`(`,
    list,
    // Whole lines are compared: one name can be part of another.
    sh`) | while read -r name; do case "`,
    sh`$before`,
    sh`" in *"`,
    sh`$name`,
    sh`"*) ;; *) printf '%s%s\n' ${ADDED} "$name" ;; esac; done`,
  ])
}

function detached(context: ActContext, op: Op, script: Script, timeoutSeconds: number): Promise<RunResult> {
  const { station, input } = context
  const onLine = lineOf(context, op)
  return runDetached({ host: station.host, runId: input.runId, opId: op.id, script, timeoutSeconds, onLine })
}

const SHOWN_LINES = 10

function check({ station }: ActContext, batch: Batch, result: RunResult): void {
  if (result.code === 0) return
  const output = `${result.stdout}\n${result.stderr}`.trim()
  const tail = output.split('\n').slice(-SHOWN_LINES).join('\n')
  const { name } = station.node
  if (result.code === null) {
    throw failure(
      'OUTCOME_UNKNOWN',
      `${namesOf(batch)} on ${name} was cut off: it may have finished or not`,
      'Run `tripod plan` to see what the node looks like now.',
      name,
      tail,
    )
  }
  const explained = batch[0].op.kind === 'package' ? station.os.packages.explainFailure(output) : undefined
  const message = explained?.message ?? `${namesOf(batch)} on ${name} ended with status ${result.code}`
  const hint =
    explained?.fix ?? `Mend the cause on ${name}, then run \`tripod apply\` again: it does only what is still missing.`
  throw failure('COMMAND_FAILED', message, hint, name, tail)
}

function failure(code: ErrorCode, message: string, hint: string, node: string, output: string): TripodError {
  return new TripodError(code, message, hint, { node, output })
}

async function writeAll(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  const files: RemoteFile[] = []
  for (const { act, resourceId } of batch) {
    if (act.do !== 'write') continue
    const text = await resolved(context, act.file)
    if (text !== null && Object.keys(act.file.references).length > 0)
      outcomes.set(resourceId, { written: sha256(text) })
    files.push(remoteFile(act.file, text))
  }
  const unstamped = stampsOf(context.resources, batch).map((unit) => stampFile(unit, null))
  const written = await context.station.host.write([...unstamped, ...files])
  refuseUnwritten(context.station.node.name, written)
  return outcomes
}

/** After a crash between this write and the restart, nothing must say that the unit already runs with these files. */
function stampsOf(resources: readonly Resource[], batch: Batch): readonly string[] {
  const paths = batch.flatMap(({ act }) => (act.do === 'write' ? [act.file.path] : []))
  return resources.flatMap((one) =>
    one.kind === 'service' && one.runsWith?.files.some((path) => paths.includes(path)) ? [one.unit] : [],
  )
}

async function resolved({ input }: ActContext, { text, references }: FileWrite): Promise<string | null> {
  if (text === null) return null
  let result = text
  for (const [name, reference] of Object.entries(references)) {
    const value = await input.resolve(reference)
    result = result.replaceAll(`{{${name}}}`, () => value)
  }
  return result
}

function remoteFile(file: FileWrite, text: string | null): RemoteFile {
  const { path, owner, mode, pre } = file
  const backup = 'sha256' in pre ? { backup: `${BACKUP_DIRECTORY}/${pre.sha256}` } : {}
  return { path, content: text === null ? null : Buffer.from(text), owner, mode, pre, ...backup }
}

/** Every file that was refused is named; one that moved under us is no failure of ours, and nothing was overwritten. */
export function refuseUnwritten(node: string, outcomes: readonly WriteOutcome[]): void {
  const bad = outcomes.filter(({ outcome }) => outcome !== 'written')
  if (bad.length === 0) return
  const named = bad.map(({ path, detail }) => `${path}: ${detail}`).join('; ')
  if (bad.every(({ outcome }) => outcome === 'stale')) {
    throw new TripodError(
      'PLAN_STALE',
      `changed on ${node} since the plan: ${named}`,
      'Run `tripod plan` again and review the new plan.',
      { node },
    )
  }
  throw new TripodError(
    'COMMAND_FAILED',
    `cannot write on ${node}: ${named}`,
    `Mend the cause on ${node} (space, read-only file system, permissions), then run \`tripod apply\` again.`,
    { node },
  )
}
