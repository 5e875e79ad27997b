import type { DocumentOp } from '../../document/plan-document.js'
import type { Paint, Style } from '../render/colour.js'
import { escapeLine } from '../render/escape.js'
import type { Texts } from '../render/patch-lines.js'
import { renderDiff } from './render-diff.js'

/** Column in which summaries and node names begin. */
const DETAIL_COLUMN = 52

/** The signs of a plan; `?` stands for all that is maybe. */
export const SYMBOLS: Readonly<Record<DocumentOp['action'], string>> = {
  create: '+',
  update: '~',
  replace: '-/+',
  delete: '-',
  run: '>',
}
const STYLES: Readonly<Record<DocumentOp['action'], Style>> = {
  create: 'green',
  update: 'yellow',
  replace: 'red',
  delete: 'red',
  run: 'cyan',
}

/** Puts `detail` into its column, or two blanks after a text that is longer. */
export function inColumns(text: string, detail: string): string {
  return `${text.padEnd(DETAIL_COLUMN - 2)}  ${detail}`.trimEnd()
}

function deciderOf(op: DocumentOp): string {
  return op.decidedBy === 'facts' ? 'the machine' : (op.decidedBy ?? 'an earlier change')
}

/** A plain difference needs no reason; that the machine moved, or that a restart is owed, is said. */
function reasonOf({ reason }: DocumentOp): readonly string[] {
  return reason.code === 'missing' || reason.code === 'differs' ? [] : [`${reason.code}: ${reason.text}`]
}

/** What is said of an op beside its name: its summary, then its reason and notes. */
export function detailsOf(op: DocumentOp): readonly [summary: string, ...notes: string[]] {
  const { summary, notes } = op.change
  if (op.certainty === 'maybe') return [`maybe ${summary} (depends on ${deciderOf(op)})`, ...notes]
  const reason = reasonOf(op)
  // What a command found is a note of its own, and the reason too.
  const others = reason.length === 0 ? notes : notes.filter((note) => note !== op.reason.text)
  const [first = '', ...rest] = [summary, ...reason, ...others].filter((part) => part !== '')
  return [first, ...rest]
}

/** Beyond this, and where a note has several lines, notes stand below their op. */
const WIDTH = 120

/** One line for the op, its notes beside it where they fit, and its diff below. */
export function renderOp(
  op: DocumentOp,
  texts: Texts,
  options: { readonly paint: Paint; readonly full: boolean },
): readonly string[] {
  const maybe = op.certainty === 'maybe'
  const symbol = (maybe ? '?' : SYMBOLS[op.action]).padStart(3)
  const painted = options.paint(maybe ? 'magenta' : STYLES[op.action], symbol)
  const details = detailsOf(op)
  const line = (detail: string): string =>
    inColumns(`${symbol} ${op.kind.padEnd(8)} ${escapeLine(op.name)}`, escapeLine(detail))
  const whole = line(details.join('; '))
  const fits = whole.length <= WIDTH && !details.some((detail) => detail.includes('\n'))
  const below = fits ? [] : details.slice(1).flatMap((note) => note.split('\n').map(escapeLine))
  // What a command is given is read whole or not at all.
  const diff = renderDiff(texts, { ...options, full: options.full || op.kind === 'command' })
  const text = fits ? whole : line(details[0])
  return [painted + text.slice(symbol.length), ...[...below, ...diff].map((one) => `      ${one}`)]
}
