import type { NodeRecord, RecordEntry } from '../../facts/facts.js'
import { RECORD_PATH } from '../../facts/parse/parse-record.js'
import type { RemoteFile } from '../../host/host.js'
import { STAMP_DIRECTORY } from '../../resources/probe.js'
import type { Change, Settled } from '../plan/plan-node.js'

/** What an op found out while it ran, for the record. */
export interface Outcome {
  readonly written?: string
  readonly added?: readonly string[]
}

/** Notes what is about to be changed, with what was there before, and what is right already: written before the first act. */
export function intend(record: NodeRecord, changes: readonly Change[], settled: readonly Settled[]): NodeRecord {
  const right = settled.map(({ resourceId, step, wanted, before }): [string, RecordEntry] => [
    resourceId,
    { ...record.entries[resourceId], step, wanted, state: 'applied', before },
  ])
  const begun = changes.flatMap((change): [string, RecordEntry][] => {
    const { wanted, resourceId } = change
    if (wanted === undefined) return []
    return [[resourceId, pending(change, wanted, record.entries[resourceId])]]
  })
  return { entries: { ...record.entries, ...Object.fromEntries([...right, ...begun]) } }
}

/** Without what was written before: it says nothing of what is written now, and comes back when that is verified. */
function pending({ op, before }: Change, wanted: string, former: RecordEntry | undefined): RecordEntry {
  return {
    step: op.step,
    wanted,
    state: 'pending',
    before: former?.before ?? before,
    ...(former?.added === undefined ? {} : { added: former.added }),
    ...(op.sensitive ? { sensitive: true } : {}),
  }
}

/** Notes that the changes were verified; leftovers that are taken back leave the record. */
export function confirm(
  record: NodeRecord,
  changes: readonly Change[],
  outcomes: ReadonlyMap<string, Outcome>,
): NodeRecord {
  const entries = new Map(Object.entries(record.entries))
  for (const { resourceId, wanted } of changes) {
    const entry = entries.get(resourceId)
    if (wanted === undefined) entries.delete(resourceId)
    else if (entry) entries.set(resourceId, verified(entry, outcomes.get(resourceId) ?? {}))
  }
  return { entries: Object.fromEntries(entries) }
}

/** What came along with a package adds up over its installations: undo removes all of it. */
function verified(entry: RecordEntry, { written, added }: Outcome): RecordEntry {
  return {
    ...entry,
    state: 'applied',
    ...(written === undefined ? {} : { written }),
    ...(added === undefined ? {} : { added: [...new Set([...(entry.added ?? []), ...added])] }),
  }
}

export function recordFile(record: NodeRecord): RemoteFile {
  const text = `${JSON.stringify({ version: 1, ...record }, null, 1)}\n`
  return { path: RECORD_PATH, content: Buffer.from(text), owner: 'root:root', mode: 0o600, pre: { state: 'any' } }
}

/** With what a unit was last restarted and verified; null takes the stamp away. */
export function stampFile(unit: string, stamp: string | null): RemoteFile {
  const content = stamp === null ? null : Buffer.from(`${stamp}\n`)
  return { path: `${STAMP_DIRECTORY}/${unit}`, content, owner: 'root:root', mode: 0o600, pre: { state: 'any' } }
}
