import { groupedBy } from '../../document/document-steps.js'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { nodeOrder } from './plan-groups.js'
import { tallyOf } from './tally.js'

/** A column of the table of steps by nodes. */
export interface ChangeColumn {
  readonly nodes: readonly string[]
  /** Of one of the nodes, by step id. */
  readonly ops: ReadonlyMap<string, readonly DocumentOp[]>
}

/** A column for each node; where there are more than `most`, one for all nodes whose steps count the same. */
export function changeColumns(document: PlanDocument, most: number): readonly ChangeColumn[] {
  const byNode = groupedBy(document.ops, (op) => op.node)
  const names = nodeOrder(document).filter((name) => name !== 'cluster' || byNode.has(name))
  const columns = names.map((name) => ({ nodes: [name], ops: groupedBy(byNode.get(name) ?? [], (op) => op.step) }))
  if (columns.length <= most) return columns
  const counts = ({ ops }: ChangeColumn): string => JSON.stringify([...ops].map(([id, own]) => [id, tallyOf(own)]))
  return [...groupedBy(columns, counts).values()].flatMap((alike) =>
    alike.slice(0, 1).map(({ ops }) => ({ nodes: alike.flatMap(({ nodes }) => nodes), ops })),
  )
}
