import { TripodError } from '../errors.js'
import type { TomlValue } from '../inventory/cluster.js'

/** A TOML table; the order of keys is kept. */
export type TomlTable = Readonly<Record<string, TomlValue>>

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** The inside of a TOML basic string that reads back as `text`. Throws TEMPLATE_INVALID for half a surrogate pair. */
export function escapeToml(text: string): string {
  if (/\p{Cs}/u.test(text)) throw invalid(JSON.stringify(text), 'it is not valid Unicode')
  // eslint-disable-next-line no-control-regex -- control characters are what must not stand there as they are
  return text.replace(/["\\\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (sign) => {
    return SHORT[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** A TOML document, ending with a line break. Throws TEMPLATE_INVALID for what TOML cannot hold. */
export function tomlDocument(table: TomlTable): string {
  return section(table, []).join('\n').trimStart() + '\n'
}

/** The table's own values first: behind a heading they would belong to that. */
function section(table: TomlTable, path: readonly string[]): string[] {
  const entries = Object.entries(table)
  const values = entries
    .filter(([, value]) => !isTable(value))
    .map(([name, value]) => `${key(name)} = ${inline(value)}`)
  const tables = entries.flatMap(([name, value]) => (isTable(value) ? section(value, [...path, name]) : []))
  const onlyTables = values.length === 0 && tables.length > 0
  return path.length === 0 || onlyTables
    ? [...values, ...tables]
    : ['', `[${path.map(key).join('.')}]`, ...values, ...tables]
}

function inline(value: TomlValue): string {
  if (typeof value === 'string') return `"${escapeToml(value)}"`
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return number(value)
  if (isTable(value))
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${key(name)} = ${inline(inner)}`)
      .join(', ')} }`
  return `[${value.map(inline).join(', ')}]`
}

function number(value: number): string {
  if (Number.isSafeInteger(value)) return String(value)
  if (!Number.isFinite(value) || Number.isInteger(value)) throw invalid(String(value), 'it is too large or no number')
  return String(value)
}

/** TOML allows more, but the parser of containerd 1.x cannot read these signs in a name, quoted or not (tried with 1.6.20). */
const UNREADABLE = /["\\[\]\p{Cc}]/u

function key(name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name
  if (UNREADABLE.test(name)) throw invalid(`The name ${JSON.stringify(name)}`, 'containerd 1.x could not read it')
  return `"${escapeToml(name)}"`
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value)
}

function invalid(value: string, why: string): TripodError {
  return new TripodError(
    'TEMPLATE_INVALID',
    `${value} cannot be written into a TOML file: ${why}.`,
    'Correct the value under containerd in the inventory, then run the command again.',
  )
}
