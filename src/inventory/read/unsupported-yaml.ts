import { type Document, isMap, isSeq, visit } from 'yaml'
import { type Range, rangeOf } from './place.js'

/** YAML that is right but that an inventory does without. */
export interface Unsupported {
  readonly range: Range
  readonly message: string
  readonly fix: string
}

// Aliases would allow cycles, and texts that grow a millionfold.
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

/** Finds aliases, keys that are no texts, and nesting without end. */
export function unsupportedYaml(document: Document): readonly Unsupported[] {
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
