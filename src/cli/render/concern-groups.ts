import { groupedBy } from '../../document/document-steps.js'
import { nodeList } from '../../inventory/node-list.js'
import type { Concern } from './plan-concerns.js'
import { count } from './plan-headline.js'

/** What is said alike of some nodes. */
export interface ConcernEntry {
  /** Empty: it is of no single node. */
  readonly nodes: readonly string[]
  readonly message: string
  readonly fix: string
}

/** One cause, with all its nodes. */
export interface ConcernGroup {
  readonly weight: Concern['weight']
  readonly code?: string
  /** Of nodes that could not be read: the messages begin with the node itself. */
  readonly namesNode: boolean
  readonly nodes: readonly string[]
  /** At least one. */
  readonly entries: readonly ConcernEntry[]
  /** What helps for all entries alike; undefined: each has its own. */
  readonly fix?: string
}

/** What one check found, or what kept nodes from being read, each once, in the order of the first of each. */
export function groupConcerns(concerns: readonly Concern[]): readonly ConcernGroup[] {
  // What has no code has no other cause than what it says.
  const groups = groupedBy(concerns, ({ weight, code, message }) => JSON.stringify([weight, code ?? { message }]))
  return [...groups.values()].flatMap(([first, ...others]) => (first === undefined ? [] : groupOf(first, others)))
}

function groupOf(first: Concern, others: readonly Concern[]): ConcernGroup {
  const alike = groupedBy([first, ...others], ({ message, fix }) => JSON.stringify([message, fix]))
  const entries = [...alike.values()].map((same): ConcernEntry => {
    const { message, fix = '' } = same[0] ?? first
    return { nodes: namesOf(same), message, fix }
  })
  const { weight, code, namesNode = false, fix = '' } = first
  return {
    weight,
    ...(code === undefined ? {} : { code }),
    namesNode,
    nodes: namesOf([first, ...others]),
    entries,
    ...(entries.every((entry) => entry.fix === fix) ? { fix } : {}),
  }
}

function namesOf(concerns: readonly Concern[]): readonly string[] {
  return [...new Set(concerns.flatMap(({ node }) => node ?? []))]
}

/** `w1`, `m1,w1..w9 (10 nodes)`. */
export function countedNodes(nodes: readonly string[]): string {
  return nodes.length < 2 ? nodes.join('') : `${nodeList(nodes)} (${count(nodes.length, 'node')})`
}
