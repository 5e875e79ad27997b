import type { Op, PlannedStep } from '../engine/plan-types.js'

/** Nodes on which a step does exactly the same. */
export interface NodeGroup {
  readonly nodes: readonly string[]
  /** The ops of the first of them. */
  readonly ops: readonly Op[]
}

/** What of an op a reader sees, without the node: equal text means equal ops. */
function likeness(op: Op): string {
  const ofNode = (id: string | undefined): string | undefined =>
    id?.startsWith(`${op.node}:`) === true ? id.slice(op.node.length + 1) : id
  const { kind, name, action, certainty, disruption, reason, change, sensitive } = op
  return JSON.stringify([kind, name, action, certainty, disruption, reason, change, sensitive, ofNode(op.decidedBy)])
}

/** Nodes in the order of the plan, those with equal ops together at the place of the first. */
export function groupNodes(step: PlannedStep, order: readonly string[]): readonly NodeGroup[] {
  const groups = new Map<string, { readonly nodes: string[]; readonly ops: readonly Op[] }>()
  for (const node of order) {
    const ops = step.ops.filter((op) => op.node === node)
    if (ops.length === 0) continue
    const key = ops.map(likeness).join('\n')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { nodes: [node], ops })
    else group.nodes.push(node)
  }
  return [...groups.values()]
}
