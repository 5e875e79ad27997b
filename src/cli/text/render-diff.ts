import type { Paint } from '../render/colour.js'
import { escapeControls } from '../render/escape.js'
import { isChange, patchLines, type Texts } from '../render/patch-lines.js'

/** A longer diff shows this many changed lines from each end. */
const SHOWN_AT_EACH_END = 20

/** All lines, or those up to the 20th change and from the 20th last, with a count between. */
function capped(lines: readonly string[]): readonly string[] {
  const changes = lines.flatMap((line, index) => (isChange(line) ? [index] : []))
  const left = changes.length - 2 * SHOWN_AT_EACH_END
  const headEnd = changes[SHOWN_AT_EACH_END - 1]
  const tailStart = changes[changes.length - SHOWN_AT_EACH_END]
  if (left <= 0 || headEnd === undefined || tailStart === undefined) return lines
  return [
    ...lines.slice(0, headEnd + 1),
    `... ${String(left)} more changed lines; --full shows them`,
    ...lines.slice(tailStart),
  ]
}

function coloured(line: string, paint: Paint): string {
  const text = escapeControls(line)
  if (line.startsWith('+')) return paint('green', text)
  if (line.startsWith('-')) return paint('red', text)
  return line.startsWith('@@') || line.startsWith('...') ? paint('cyan', text) : text
}

/** The lines of a unified diff without its file names; the plain lines of a file that comes or goes. None where nothing is known. */
export function renderDiff(
  texts: Texts,
  options: { readonly paint: Paint; readonly full: boolean },
): readonly string[] {
  const lines = patchLines(texts)
  if (lines === undefined) return ['(too different to compare line by line)']
  return (options.full ? lines : capped(lines)).map((line) => coloured(line, options.paint))
}
