import type { CheckId } from '../../check-catalogue.js'

/** Where in the data something is: keys and list positions from the top. */
export type Path = readonly (string | number)[]

/** Something wrong or doubtful with the inventory, before it is known where in the file it stands. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  /** Left out for what only the inventory has: then P01. */
  readonly code?: CheckId
  readonly path: Path
  /** Whether the key or the value is meant; the value when left out. */
  readonly at?: 'key' | 'value'
  /** The value is a secret: the line is shown without it and what follows. */
  readonly secret?: true
  readonly message: string
  /** One sentence: what to write instead. */
  readonly fix: string
}

/** A finding with its place in the file. */
export interface InventoryProblem {
  readonly severity: 'error' | 'warning'
  readonly code?: CheckId
  /** File as the user named it. */
  readonly file: string
  /** Place in the data, `nodes[1].roles`; empty for the file as a whole. */
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** The line of the file, and how many characters of it are meant. */
  readonly excerpt: string
  readonly width: number
  readonly message: string
  readonly fix: string
}

/** `nodes[1].ssh.user`. */
export function spellPath(path: Path): string {
  return path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${String(part)}]`
    return before === '' ? part : `${before}.${part}`
  }, '')
}

/** The value at a path of any data; undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<string | number, unknown> | null | undefined)?.[part],
    data,
  )
}

/** A value for a message: quoted, on one line, cut when long. */
export function spellValue(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

const EXCERPT = 100

// A long line is cut around the place that is meant, so that the caret stays below it.
function excerpt(problem: InventoryProblem): readonly string[] {
  if (problem.excerpt.trim() === '') return []
  const from = problem.column > EXCERPT - 20 ? problem.column - 40 : 0
  const shown = problem.excerpt.slice(from, from + EXCERPT).replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')
  const gutter = String(problem.line).padStart(5)
  const caret = '^'.repeat(Math.max(1, Math.min(problem.width, from + EXCERPT - problem.column + 1)))
  return [`${gutter} | ${shown}`, `      | ${' '.repeat(problem.column - 1 - from)}${caret}`]
}

/** One problem as text: place and message, excerpt with a caret, fix. */
function renderProblem(problem: InventoryProblem): string {
  const code = problem.code === undefined ? '' : ` ${problem.code}`
  const place = `${problem.file}:${String(problem.line)}:${String(problem.column)}`
  return [
    `${place}: ${problem.severity}${code}: ${problem.message}`,
    ...excerpt(problem),
    `  Fix: ${problem.fix}`,
  ].join('\n')
}

/** All problems as text, in the order of the file. */
export function renderProblems(problems: readonly InventoryProblem[]): string {
  const sorted = [...problems].sort((one, other) => one.line - other.line || one.column - other.column)
  return sorted.map(renderProblem).join('\n')
}
