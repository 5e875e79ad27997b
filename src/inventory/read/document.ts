import { type Document, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import { type Placer, placer, type Range, rangeAt, rangeOf } from './place.js'
import type { Finding, InventoryProblem } from './problem.js'
import { unsupportedYaml } from './unsupported-yaml.js'
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

interface Broken {
  readonly message: string
  readonly fix: string
  readonly range?: Range
}

// `version: 2.3` is a number to YAML and 2.30 would lose its zero: a version is what is written.
function keepVersionsAsWritten(document: Document): void {
  for (const part of ['kubernetes', 'containerd']) {
    const node = document.getIn([part, 'version'], true)
    if (isScalar(node) && typeof node.value === 'number' && node.source?.includes('.')) node.value = node.source
  }
}

// Of wrong indentation the parser names the beginning of the line.
function skipSpaces([start, end]: Range, text: string): Range {
  const spaces = /^ */.exec(text.slice(start))?.[0].length ?? 0
  return [start + spaces, Math.max(end, start + spaces + 1)]
}

/** The one document of the file, or why there is none. */
function parseOne(text: string, lineCounter: LineCounter): Document | Broken {
  if (Buffer.byteLength(text) > MAXIMUM_BYTES)
    return { message: 'the file is larger than 1 MiB', fix: 'Pass the inventory, not another file.' }
  let documents: readonly Document[]
  try {
    const parsed = parseAllDocuments(text, { lineCounter, uniqueKeys: true, prettyErrors: false })
    documents = Array.isArray(parsed) ? parsed : []
  } catch {
    // The parser is recursive: input nested thousands deep overflows its stack.
    return { message: 'the file is nested too deeply to be read', fix: 'Start again from inventory.example.yaml.' }
  }
  const [document, second] = documents
  if (second) {
    const start = rangeOf(second.contents)?.[0] ?? text.lastIndexOf('---')
    const fix = 'Keep one inventory per file: take away the "---" and what follows.'
    return { message: 'the file holds more than one YAML document', fix, range: [start, start] }
  }
  if (document && (document.contents !== null || document.errors.length > 0)) return document
  return { message: 'the inventory is empty', fix: 'Write one: tripod init --overwrite' }
}

function problemsOf(document: Document, text: string, place: Placer): readonly InventoryProblem[] {
  const refused = [...document.errors, ...document.warnings].map((error) => ({
    range: skipSpaces(error.pos, text),
    ...explainYamlError(error, text),
  }))
  return [...refused, ...unsupportedYaml(document)].map(({ range, message, fix }) =>
    place({ severity: 'error', path: [], message, fix }, range),
  )
}

/** Reads the text of an inventory as YAML 1.2. Never throws: whatever is wrong comes back as problems. */
export function readDocument(text: string, file: string): InventoryDocument {
  const lineCounter = new LineCounter()
  const parsed = parseOne(text, lineCounter)
  const place = placer(text, file, lineCounter)
  if ('message' in parsed) {
    const { message, fix, range = [0, 0] } = parsed
    const problem = place({ severity: 'error', path: [], message, fix }, range)
    return { data: undefined, problems: [problem], locate: (finding) => place(finding, range) }
  }
  const problems = problemsOf(parsed, text, place)
  const locate = (finding: Finding): InventoryProblem =>
    place(finding, rangeAt(parsed, finding.path, finding.at ?? 'value'))
  // After a duplicate key the rest can still be read; after any other error what follows is guesswork.
  const duplicates = parsed.errors.filter((error) => error.code === 'DUPLICATE_KEY').length
  if (duplicates < problems.length) return { data: undefined, problems, locate }
  keepVersionsAsWritten(parsed)
  return { data: parsed.toJS(), problems, locate }
}
