import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Facts } from '../../src/facts/facts.js'
import { parseFacts } from '../../src/facts/parse/parse.js'

/** What the facts script printed on a real machine; addresses and identities are made up. */
export function fixture(name: string): string {
  return readFileSync(path.join(import.meta.dirname, `../fixtures/facts/${name}.txt`), 'utf8')
}

export function parsed(output: string, node = 'm1'): Facts {
  return parseFacts(output, { node, sentAt: 1_000, receivedAt: 1_001 })
}

/** Replaces the text of one section and, if given, its status. */
export function withSection(output: string, name: string, text: string, status?: number): string {
  const mark = /^tripod-facts (\S+)/.exec(output)?.[1] ?? ''
  const lines = output.split('\n')
  const end = lines.findIndex((line) => line.startsWith(`${mark} ${name} `))
  if (end < 0) throw new Error(`the fixture has no section ${name}`)
  const begin = lines.slice(0, end).findLastIndex((line) => line.startsWith(mark) || line.startsWith('tripod-facts'))
  const closing = status === undefined ? (lines[end] ?? '') : `${mark} ${name} ${status}`
  return [...lines.slice(0, begin + 1), text, closing, ...lines.slice(end + 1)].join('\n')
}
