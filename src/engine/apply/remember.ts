import { TripodError } from '../../errors.js'
import type { NodeRecord } from '../../facts/facts.js'
import type { RunResult } from '../../host/host.js'
import { BACKUP_DIRECTORY, type PathBefore } from '../../resources/file.js'
import { lines, sh, type Script } from '../../shell.js'
import type { Change } from '../plan/plan-node.js'
import type { KnownStation } from '../observe/station.js'
import { AGAIN, next } from '../../next-step.js'

/**
 * What undo will need, made sure of before the record says that it is there: copies of the originals that are about to be
 * changed for the first time, and old values that only a command of a step knows how to read.
 */
export async function remembered(
  station: KnownStation,
  record: NodeRecord,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  await keepOriginals(station, record, changes)
  return Promise.all(changes.map((change) => withOldValue(station, record, change)))
}

async function withOldValue(station: KnownStation, { entries }: NodeRecord, change: Change): Promise<Change> {
  const { resource, resourceId } = change
  const script = resource?.kind === 'command' ? resource.remember : undefined
  // null: it was found done before it ever had to run.
  if (script === undefined || (entries[resourceId]?.before ?? null) !== null) return change
  const result = await station.host.run(script)
  refuseFailure(station, result, `cannot read what ${change.op.name} would change`)
  return { ...change, before: result.stdout }
}

async function keepOriginals(
  station: KnownStation,
  { entries }: NodeRecord,
  changes: readonly Change[],
): Promise<void> {
  const originals = changes.filter(({ resourceId }) => entries[resourceId] === undefined).flatMap(originalOf)
  if (originals.length === 0) return
  const script = lines([KEEP, ...originals.map(({ path, backup }) => sh`keep ${path} ${backup}`)])
  refuseFailure(station, await station.host.run(script), 'cannot keep a copy of what would be changed')
}

function originalOf({ op, resource, before }: Change): readonly { readonly path: string; readonly backup: string }[] {
  if (resource?.kind !== 'file' && resource?.kind !== 'edit') return []
  const original = before as PathBefore
  return original.state === 'present' ? [{ path: op.name, backup: original.backup }] : []
}

/** A copy is named after the sha256 of its content: one that is there is right, and one of another content gets no name. */
const KEEP: Script = sh`
umask 077
mkdir -p -- ${BACKUP_DIRECTORY} || exit 1
keep() {
  if [ -e "$2" ]; then return; fi
  cp -p -- "$1" "$2.new" && echo "$(basename -- "$2")  $2.new" | sha256sum -c --quiet &&
    sync -- "$2.new" && mv -T -- "$2.new" "$2" && return
  rm -f -- "$2.new"
  exit 1
}`

function refuseFailure({ node: { name } }: KnownStation, result: RunResult, what: string): void {
  if (result.code === 0) return
  throw new TripodError(
    'COMMAND_FAILED',
    `${what} on ${name}`,
    next`Fix the cause on ${name}, then run \`${AGAIN}\` again.`,
    { node: name, output: result.stderr },
  )
}
