import { groupedBy } from '../document/document-steps.js'
import type { DocumentOp } from '../document/plan-document.js'

/** Nodes on which a step does exactly the same. */
export interface NodeGroup {
  readonly nodes: readonly string[]
  /** The ops of the first of them. */
  readonly ops: readonly DocumentOp[]
}

/** What of an op a reader sees, without the node: equal text means equal ops. Texts of files stand in it as digests. */
function likeness(op: DocumentOp): string {
  const ofNode = (id: string | undefined): string | undefined =>
    id?.startsWith(`${op.node}:`) === true ? id.slice(op.node.length + 1) : id
  const { kind, name, action, certainty, disruption, reason, change, sensitive } = op
  return JSON.stringify([kind, name, action, certainty, disruption, reason, change, sensitive, ofNode(op.decidedBy)])
}

/** Nodes in the given order, those with equal ops together at the place of the first. */
export function groupNodes(ops: readonly DocumentOp[], order: readonly string[]): readonly NodeGroup[] {
  const byNode = groupedBy(ops, (op) => op.node)
  const nodes = order.filter((node) => byNode.has(node))
  const alike = groupedBy(nodes, (node) => (byNode.get(node) ?? []).map(likeness).join('\n'))
  return [...alike.values()].map((group) => ({ nodes: group, ops: byNode.get(group[0] ?? '') ?? [] }))
}

/** The order in which nodes are named: that of the plan, and what concerns the whole cluster at the end. */
export function nodeOrder({ nodes }: { readonly nodes: readonly { readonly name: string }[] }): readonly string[] {
  return [...nodes.map(({ name }) => name), 'cluster']
}
