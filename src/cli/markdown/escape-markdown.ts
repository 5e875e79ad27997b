import { escapeControls, escapeLine } from '../render/escape.js'
import { escapeHtml } from '../html/markup.js'

/** Keeps `@name` and `#12` from calling somebody or linking something: nothing is seen of it. */
const APART = '&#8203;'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Text from elsewhere as words of one line: no markup, no mention, no list, no cell of a table. */
export function words(text: string): string {
  return escapeLine(text.trim().replaceAll(/\s*\n\s*/g, ' '))
    .replaceAll(/[&<>]/g, (character) => ENTITIES[character] ?? '')
    .replaceAll(/[\\`*_[\]{}|~$]/g, '\\$&')
    .replaceAll(/@|#(?=\w)/g, `$&${APART}`)
    .replace(/^([-+=#])/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')
}

/** The same inside of an HTML element. */
export function summaryWords(text: string): string {
  return escapeHtml(text.replaceAll('\n', ' ')).replaceAll(/@|(?<!&)#(?=\w)/g, `$&${APART}`)
}

/** The longest run of backticks. */
function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
}

/** A name as it is written, in one line. */
export function code(text: string): string {
  const name = escapeLine(text)
  const fence = '`'.repeat(longestRun(name) + 1)
  const pad = name === '' || /^[` ]|[` ]$/.test(name) ? ' ' : ''
  return fence + pad + name + pad + fence
}

/** A block whose fence is longer than any run of backticks inside, so that nothing in it can end it. */
export function fenced(lines: readonly string[]): string {
  const body = lines.map(escapeControls).join('\n')
  const fence = '`'.repeat(Math.max(3, longestRun(body) + 1))
  return `${fence}diff\n${body}\n${fence}`
}

/** No longer than `most`, cut where it is longer, which is said. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text
  // A character of two halves is not cut apart.
  const start = text.slice(0, most).replace(/[\ud800-\udbff]$/, '')
  return `${start}... (${String(text.length - start.length)} characters more)`
}
