import { groupedBy } from '../../document/document-steps.js'
import type { DocumentNode, DocumentOp, PlanDocument } from '../../document/plan-document.js'

/** Nodes on which a step does the same. */
export interface NodeGroup {
  readonly nodes: readonly string[]
  /** The ops of the first of them. */
  readonly ops: readonly DocumentOp[]
  /** `but-own`: their ops differ in the name and address of the node itself, and in nothing else. */
  readonly likeness: 'identical' | 'but-own'
}

/** What of an op a reader sees, without the node: equal text means equal ops. Texts of files stand in it as digests. */
function likeness(op: DocumentOp): string {
  const runsOn = `${op.host ?? op.node}:`
  const ofNode = (id: string | undefined): string | undefined =>
    id?.startsWith(runsOn) === true ? id.slice(runsOn.length) : id
  const { kind, name, action, certainty, disruption, reason, change, sensitive, host } = op
  const seen = [kind, name, action, certainty, disruption, reason, change, sensitive, host, ofNode(op.decidedBy)]
  return JSON.stringify(seen)
}

const likenessOf = (ops: readonly DocumentOp[]): string => ops.map(likeness).join('\n')

/** The word by itself: a part of a longer name or of another address is none. */
function wordOf(word: string): string {
  const literal = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const colon = word.includes(':') ? ':' : ''
  return `(?<![\\w.${colon}-])${literal}(?![\\w${colon}-]|\\.\\w)`
}

/** What the ops would be on any node: their texts stand in it whole, for these are looked into. */
function impersonal(
  ops: readonly DocumentOp[],
  { name, address }: DocumentNode,
  contents: PlanDocument['contents'],
): string {
  const own = new RegExp([name, address].map(wordOf).join('|'), 'g')
  const withoutOwn = (text: string): string => text.replace(own, (word) => (word === name ? '\0name' : '\0address'))
  const texts = ops.flatMap(({ change }) =>
    [change.before, change.after].map((digest) => (digest === undefined ? '' : withoutOwn(contents[digest] ?? ''))),
  )
  const bare = ops.map((op) => {
    const { summary, notes, before, after } = op.change
    const presence = { ...(before === undefined ? {} : { before: '' }), ...(after === undefined ? {} : { after: '' }) }
    return { ...op, change: { summary, notes, ...presence } }
  })
  return JSON.stringify([withoutOwn(likenessOf(bare)), texts])
}

/**
 * Nodes in the order of the plan; those with equal ops together at the place of the first, and of the others those that differ
 * in their own name and address alone.
 */
export function groupNodes(
  { nodes, contents }: Pick<PlanDocument, 'nodes' | 'contents'>,
  ops: readonly DocumentOp[],
): readonly NodeGroup[] {
  const byNode = groupedBy(ops, (op) => op.node)
  const opsOf = (node: string | undefined): readonly DocumentOp[] => byNode.get(node ?? '') ?? []
  const order = nodeOrder({ nodes, ops }).filter((node) => byNode.has(node))
  const equal = [...groupedBy(order, (node) => likenessOf(opsOf(node))).values()]
  const known = new Map(nodes.map((node) => [node.name, node]))
  const alike = groupedBy(equal, (group) => {
    const [first = '', ...others] = group
    const node = others.length === 0 ? known.get(first) : undefined
    return node === undefined ? first : impersonal(opsOf(first), node, contents)
  })
  return [...alike.values()].map((groups) => ({
    nodes: groups.flat(),
    ops: opsOf(groups[0]?.[0]),
    likeness: groups.length === 1 ? 'identical' : 'but-own',
  }))
}

/** The order in which nodes are named: that of the plan, then nodes that are no part of it any more, and the whole cluster at the end. */
export function nodeOrder({ nodes, ops }: Named): readonly string[] {
  const names = nodes.map(({ name }) => name)
  return [...new Set([...names, ...ops.map(({ node }) => node).filter((node) => node !== 'cluster')]), 'cluster']
}

interface Named {
  readonly nodes: readonly { readonly name: string }[]
  readonly ops: readonly { readonly node: string }[]
}
