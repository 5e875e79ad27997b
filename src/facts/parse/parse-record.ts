import { messageOf } from '../../errors.js'
import type { NodeRecord, RecordEntry } from '../facts.js'
import type { Sections } from './sections.js'

/** Where a node keeps what tripod did on it. */
export const RECORD_PATH = '/var/lib/tripod/state.json'

/** Kinds of resource; a later version may have more, and only it knows how to take them back. */
const KNOWN = /^(file|edit|access|package|service|command|manifest):/

const HINT = `Restore ${RECORD_PATH} from a backup of the node. Only if there is none: move it away; tripod then no longer knows what to undo there`

/** Reads the node's record. Absent is an empty one; a damaged one throws, for it holds what undo needs. */
export function parseRecord(sections: Sections): NodeRecord {
  const text = sections.text('record').trim()
  if (text === 'absent') return { entries: {} }
  const fail = (why: string) => sections.fail('record', `${RECORD_PATH} ${why}`, HINT)
  const record = parseJson(Buffer.from(text, 'base64').toString(), fail)
  const entries = isObject(record) ? record['entries'] : undefined
  if (!isObject(entries)) return fail('has no entries')
  const stranger = Object.keys(entries).find((id) => !KNOWN.test(id))
  if (stranger !== undefined) return fail(`names ${JSON.stringify(stranger)}, of which this version knows nothing`)
  const bad = Object.entries(entries).find(([, entry]) => !isEntry(entry))
  return bad === undefined
    ? { entries: entries as Record<string, RecordEntry> }
    : fail(`has a malformed entry ${JSON.stringify(bad[0])}`)
}

function parseJson(text: string, fail: (why: string) => never): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return fail(`is not JSON: ${messageOf(error)}`)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEntry(value: unknown): value is RecordEntry {
  if (!isObject(value)) return false
  const { step, wanted, state } = value
  return typeof step === 'string' && typeof wanted === 'string' && (state === 'pending' || state === 'applied')
}
