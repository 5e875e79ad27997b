import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, visit } from 'yaml'
import type { Finding, InventoryProblem, Path } from './problem.js'
import { spellPath } from './problem.js'
import { explainYamlError } from './yaml-errors.js'

/** The inventory as YAML: its data, what is wrong with it as YAML, and where everything stands. */
export interface InventoryDocument {
  /** Undefined where the text is no usable YAML. */
  readonly data: unknown
  readonly problems: readonly InventoryProblem[]
  /** Gives a finding its place in the file: that of the nearest thing there is, when the field itself is missing. */
  locate(finding: Finding): InventoryProblem
}

const MAXIMUM_BYTES = 1024 * 1024

type Range = readonly [start: number, end: number]

function rangeOf(node: unknown): Range | undefined {
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
function rangeAt(document: Document, path: Path, at: 'key' | 'value'): Range {
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

// `version: 2.3` is a number to YAML and 2.30 would lose its zero: a version is what is written.
function keepVersionsAsWritten(document: Document): void {
  for (const part of ['kubernetes', 'containerd']) {
    const node = document.getIn([part, 'version'], true)
    if (isScalar(node) && typeof node.value === 'number' && node.source?.includes('.')) node.value = node.source
  }
}

interface Unsupported {
  readonly range: Range
  readonly message: string
  readonly fix: string
}

const ALIAS = {
  message: 'aliases (*) are not supported in the inventory',
  fix: 'Write the value out, or put it in quotes if "*" belongs to it.',
}
const COMPLEX_KEY = {
  message: 'a map or list stands where a key should be',
  fix: 'Put the value in quotes if "{" or "[" belongs to it, and mind the space after ":".',
}
const TOO_DEEP = {
  message: 'the file is nested too deeply',
  fix: 'Check brackets and indentation: no setting of a cluster is nested like this.',
}
/** Far above any real setting, far below what overflows a stack. A map counts twice, once for its key. */
const MAXIMUM_DEPTH = 64

// YAML that an inventory does without. Aliases would allow cycles, and texts that grow a millionfold.
function unsupported(document: Document): readonly Unsupported[] {
  const found: Unsupported[] = []
  visit(document, {
    Node(_, node, ancestors) {
      if (ancestors.length < MAXIMUM_DEPTH) return undefined
      found.push({ range: rangeOf(node) ?? [0, 1], ...TOO_DEEP })
      return visit.BREAK
    },
    Alias(_, node) {
      found.push({ range: rangeOf(node) ?? [0, 1], ...ALIAS })
    },
    Pair(_, { key }) {
      if (isMap(key) || isSeq(key)) found.push({ range: rangeOf(key) ?? [0, 1], ...COMPLEX_KEY })
    },
  })
  return found
}

// Of wrong indentation the parser names the beginning of the line.
function skipSpaces([start, end]: Range, text: string): Range {
  const spaces = /^ */.exec(text.slice(start))?.[0].length ?? 0
  return [start + spaces, Math.max(end, start + spaces + 1)]
}

/** Reads the text of an inventory as YAML 1.2. Never throws: whatever is wrong comes back as problems. */
export function readDocument(text: string, file: string): InventoryDocument {
  const lineCounter = new LineCounter()
  const lines = text.split('\n')
  const place = (finding: Finding, [start, end]: Range): InventoryProblem => {
    const { line, col } = text === '' ? { line: 1, col: 1 } : lineCounter.linePos(start)
    const excerpt = (lines[line - 1] ?? '').replace(/\r$/, '')
    const width = Math.max(1, Math.min(end - start, excerpt.length - col + 1))
    const { severity, code, path, message, fix } = finding
    const where = { file, path: spellPath(path), line: Math.max(1, line), column: Math.max(1, col), excerpt, width }
    return { severity, ...(code === undefined ? {} : { code }), ...where, message, fix }
  }
  const broken = (message: string, fix: string, range: Range = [0, 0]): InventoryDocument => ({
    data: undefined,
    problems: [place({ severity: 'error', path: [], message, fix }, range)],
    locate: (finding) => place(finding, range),
  })

  if (Buffer.byteLength(text) > MAXIMUM_BYTES)
    return broken('the file is larger than 1 MiB', 'Pass the inventory, not another file.')
  let documents: readonly Document[]
  try {
    const parsed = parseAllDocuments(text, { lineCounter, uniqueKeys: true, prettyErrors: false })
    documents = Array.isArray(parsed) ? parsed : []
  } catch (error) {
    // The parser is recursive: input nested thousands deep overflows its stack.
    const why = error instanceof RangeError ? 'it is nested too deeply' : 'its structure cannot be read'
    return broken(`the file is not usable YAML: ${why}`, 'Start again from inventory.example.yaml.')
  }
  const [document, second] = documents
  if (!document || document.contents === null) {
    if (!document?.errors.length) return broken('the inventory is empty', 'Start from inventory.example.yaml.')
  }
  if (second) {
    const start = rangeOf(second.contents)?.[0] ?? text.lastIndexOf('---')
    return broken(
      'the file holds more than one YAML document',
      'Keep one inventory per file: take away the "---" and what follows.',
      [start, start],
    )
  }
  const errors = [...document.errors, ...document.warnings]
  const problems = [
    ...errors.map((error) =>
      place({ severity: 'error', path: [], ...explainYamlError(error, text) }, skipSpaces(error.pos, text)),
    ),
    ...unsupported(document).map(({ range, message, fix }) =>
      place({ severity: 'error', path: [], message, fix }, range),
    ),
  ]
  const locate = (finding: Finding): InventoryProblem =>
    place(finding, rangeAt(document, finding.path, finding.at ?? 'value'))
  // After a duplicate key the rest can still be read; after any other error what follows is guesswork.
  if (!problems.every((_, index) => errors[index]?.code === 'DUPLICATE_KEY'))
    return { data: undefined, problems, locate }
  keepVersionsAsWritten(document)
  return { data: document.toJS(), problems, locate }
}
