import { TripodError } from '../../errors.js'
import type { RemoteFile, WriteOutcome } from '../../host/host.js'
import { sha256 } from '../../resources/digest.js'
import { BACKUP_DIRECTORY } from '../../resources/file.js'
import type { FileWrite } from '../../resources/kind.js'
import type { Resource } from '../../resources/resource.js'
import type { ActContext, Batch } from './batch.js'
import { stampFile, type Outcome } from './record.js'
import { resolved } from './resolved.js'
import { AGAIN, LOOK, next } from '../../next-step.js'

/** Writes the files of a batch in one round trip, references filled in, originals kept. */
export async function writeFiles(context: ActContext, batch: Batch): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>()
  const files: RemoteFile[] = []
  for (const { act, resourceId } of batch) {
    if (act.do !== 'write') continue
    const { text: wanted, references } = act.file
    const text = wanted === null ? null : await resolved(context.input, { text: wanted, references })
    if (text !== null && Object.keys(references).length > 0) outcomes.set(resourceId, { written: sha256(text) })
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

function remoteFile(file: FileWrite, text: string | null): RemoteFile {
  const { path, owner, mode, pre, validate } = file
  const backup = 'sha256' in pre ? { backup: `${BACKUP_DIRECTORY}/${pre.sha256}` } : {}
  const validation = validate === undefined ? {} : { validate }
  return { path, content: text === null ? null : Buffer.from(text), owner, mode, pre, ...backup, ...validation }
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
      next`Run \`${LOOK}\` again and review the new plan.`,
      { node },
    )
  }
  throw new TripodError(
    'COMMAND_FAILED',
    `cannot write on ${node}: ${named}`,
    next`Fix the cause on ${node} (space, read-only file system, permissions), then run \`${AGAIN}\` again.`,
    { node },
  )
}
