import type { NodeRecord, RecordEntry } from '../facts/facts.js'
import { RECORD_PATH } from '../facts/parse-record.js'
import type { RemoteFile } from '../host/host.js'
import { STAMP_DIRECTORY } from '../resources/probe.js'
import type { Change, Settled } from './plan-node.js'

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
    if (change.wanted === undefined) return []
    const { op, wanted, before, resourceId } = change
    const former = record.entries[resourceId]
    return [[resourceId, { ...former, step: op.step, wanted, state: 'pending', before: former?.before ?? before }]]
  })
  return { entries: { ...record.entries, ...Object.fromEntries([...right, ...begun]) } }
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
    else if (entry) entries.set(resourceId, { ...entry, state: 'applied', ...outcomes.get(resourceId) })
  }
  return { entries: Object.fromEntries(entries) }
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
