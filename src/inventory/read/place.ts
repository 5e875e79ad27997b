import { type Document, isMap, isPair, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import { withoutCredentials, withoutSecrets } from '../check/secret-setting.js'
import { type Finding, type InventoryProblem, type Path, spellPath } from './problem.js'

/** Offsets in the text of the file; the end is the first that does not belong to it. */
export type Range = readonly [start: number, end: number]

/** Gives a finding about a range of the text its place in the file. */
export type Placer = (finding: Finding, range: Range) => InventoryProblem

/** The range of a YAML node; undefined for what stands nowhere. */
export function rangeOf(node: unknown): Range | undefined {
  const range = (node as Node | null | undefined)?.range
  return range ? [range[0], range[1]] : undefined
}

function step(node: unknown, part: string | number): { key?: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
    )
    return pair && { key: pair.key, value: pair.value }
  }
  return isSeq(node) && typeof part === 'number' && part < node.items.length ? { value: node.items[part] } : undefined
}

/** Range of the value or key at a path; for what is missing that of the key (else the beginning) of its nearest ancestor. */
export function rangeAt(document: Document, path: Path, at: 'key' | 'value'): Range {
  let node: unknown = document.contents
  let found: Range = [rangeOf(node)?.[0] ?? 0, rangeOf(node)?.[0] ?? 0]
  for (const [index, part] of path.entries()) {
    const next = step(node, part)
    if (!next) return found
    node = next.value
    const whole = index === path.length - 1 && at === 'value' ? rangeOf(next.value) : undefined
    const start = rangeOf(next.value)?.[0] ?? found[0]
    // Where only part of the path is there, its key says best which part.
    found = whole ?? rangeOf(next.key) ?? [start, start]
  }
  return found
}

/** Places findings in one file. The counter has seen the text. */
export function placer(text: string, file: string, counter: LineCounter): Placer {
  const lines = text.split('\n')
  return ({ severity, code, path, message, fix, secret }, [start, end]) => {
    // A text that is empty, or was not read at all, has no positions.
    const { line, col } = counter.lineStarts.length === 0 ? { line: 1, col: 1 } : counter.linePos(start)
    const whole = (lines[line - 1] ?? '').replace(/\r$/, '')
    const excerpt = withoutSecrets(secret ? `${whole.slice(0, col - 1)}[secret]` : whole)
    const width = Math.max(1, Math.min(end - start, excerpt.length - col + 1))
    const where = { file, path: spellPath(path), line: Math.max(1, line), column: Math.max(1, col), excerpt, width }
    return {
      severity,
      ...(code === undefined ? {} : { code }),
      ...where,
      message: withoutCredentials(message),
      fix: withoutCredentials(fix),
    }
  }
}
