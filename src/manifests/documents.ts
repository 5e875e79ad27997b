import { isAlias, isMap, isScalar, Lexer, parseDocument, type Document, type Node, visit } from 'yaml'
import type { Json } from '../inventory/cluster.js'
import { rejected } from './rejected.js'

/** One YAML document of a file. */
export interface YamlDocument {
  /** From 1; comments alone count too, as in what other tools say of the file. */
  readonly number: number
  /** Of its beginning in the file, from 1. */
  readonly line: number
  /** As it stands in the file, without the line that separates it. */
  readonly text: string
  readonly value: Json
}

/** Calico's largest file has 33 documents and 172,673 tokens, 72 levels deep; these keep hostile input to seconds. */
const MOST_DOCUMENTS = 1000
const MOST_TOKENS = 1_000_000
const DEEPEST = 200

const FIX = 'Correct the file, or name another one in the inventory.'

/**
 * The documents of a manifest, empty ones left out. Refuses (SOURCE_REJECTED, with the document's number) what kubectl would read
 * otherwise or not at all, keys that stand twice, and what could grow without end: aliases, nesting, sheer number.
 */
export function readDocuments(bytes: Buffer, source: string): readonly YamlDocument[] {
  const text = decoded(bytes, source)
  const parts = splitDocuments(text)
  if (parts.length > MOST_DOCUMENTS) throw rejected(source, `has more than ${String(MOST_DOCUMENTS)} documents`, FIX)
  refuseEndless(text, source)
  return parts.flatMap((part, index): readonly YamlDocument[] => {
    const reject = (why: string): never => {
      throw rejected(source, `has a document ${String(index + 1)} (line ${String(part.line)}) that ${why}`, FIX)
    }
    const value = valueOf(part, reject)
    return value === null ? [] : [{ number: index + 1, line: part.line, text: part.text.replace(/\s*$/, '\n'), value }]
  })
}

function decoded(bytes: Buffer, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw rejected(source, 'is no UTF-8 text', FIX)
  }
}

interface Part {
  readonly text: string
  /** What stands behind the dashes. */
  readonly behind: string
  /** Of its first line in the file, from 1. */
  readonly line: number
}

// By lines, like kubectl: three dashes at the beginning of a line are never part of a value.
function splitDocuments(text: string): readonly Part[] {
  const parts: Part[] = []
  let begin = 0
  let line = 1
  let behind = ''
  for (const mark of text.matchAll(/^---(.*)(?:\r?\n|$)/gm)) {
    const before = text.slice(begin, mark.index)
    if (mark.index > 0) parts.push({ text: before, behind, line })
    line += before.split('\n').length
    begin = mark.index + mark[0].length
    behind = mark[1] ?? ''
    if (parts.length > MOST_DOCUMENTS) break
  }
  return [...parts, { text: text.slice(begin), behind, line }]
}

function refuseEndless(text: string, source: string): void {
  let tokens = 0
  const lexer = new Lexer().lex(text)
  while (lexer.next().done !== true) {
    if (++tokens > MOST_TOKENS) throw rejected(source, 'is larger than any manifest tripod can read', FIX)
  }
}

function valueOf({ text, behind, line }: Part, reject: (why: string) => never): Json {
  if (!/^\s*(?:#|$)/.test(behind)) reject(`begins on the line of its dashes: ${behind.trim().slice(0, 40)}`)
  const document = parsed(text, reject)
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    // The parser is recursive, and says so.
    if (error.message.includes('call stack')) reject('is nested too deeply')
    const at = line + text.slice(0, error.pos[0]).split('\n').length - 1
    reject(`is no YAML, at line ${String(at)}: ${error.message.split('\n')[0] ?? ''}`)
  }
  refuseTraps(document, reject)
  return document.toJS() as Json
}

// As kubectl reads it: YAML 1.1, but for its times and other types that JSON does not have.
function parsed(text: string, reject: (why: string) => never): Document {
  const NOT_JSON = /:(?:binary|omap|pairs|set|timestamp)$/
  try {
    return parseDocument(text, {
      version: '1.1',
      // Looks at all pairs of a map, in the square of their number: done below.
      uniqueKeys: false,
      prettyErrors: false,
      customTags: (tags) =>
        tags.filter(
          (tag) => typeof tag === 'string' || !(NOT_JSON.test(tag.tag) || ('format' in tag && tag.format === 'TIME')),
        ),
    })
  } catch {
    return reject('is nested too deeply')
  }
}

function refuseTraps(document: Document, reject: (why: string) => never): void {
  visit(document, {
    Node(_, node, ancestors) {
      if (ancestors.length > DEEPEST) reject('is nested too deeply')
      if (isAlias(node)) reject(`uses the alias *${node.source.slice(0, 40)}: aliases can grow without end`)
      if (isMap(node)) refuseTwice(node.items, reject)
    },
  })
}

function refuseTwice(pairs: readonly { readonly key: unknown }[], reject: (why: string) => never): void {
  const seen = new Set<string>()
  for (const { key } of pairs) {
    if (!isScalar(key as Node)) return reject('has a map or list as a key')
    const name = String((key as { readonly value: unknown }).value)
    if (seen.has(name)) reject(`has the key ${name.slice(0, 40)} twice in one map`)
    seen.add(name)
  }
}
