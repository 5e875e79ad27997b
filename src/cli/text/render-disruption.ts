import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { escapeLine } from '../render/escape.js'
import { nodeList } from '../../inventory/node-list.js'
import { nodeOrder } from '../render/plan-groups.js'
import { DISRUPTIONS } from '../render/tally.js'

type Disrupting = Exclude<DocumentOp['disruption'], 'none'>

const SAYS: Readonly<Record<Disrupting, (name: string, nodes: string) => string>> = {
  reload: (name, nodes) => `${name} reloads on ${nodes}`,
  restart: (name, nodes) => `${name} restarts on ${nodes}`,
  stop: (name, nodes) => `${name} stops on ${nodes}`,
  drain: (name, nodes) => `pods move away from ${nodes} (${name})`,
  reboot: (name, nodes) => `${nodes} reboots (${name})`,
  'data-loss': (name, nodes) => `DATA IS LOST on ${nodes} (${name})`,
}

function sayings(ops: readonly DocumentOp[], disruption: Disrupting, order: readonly string[]): readonly string[] {
  const namesOf = ({ units, name }: DocumentOp): readonly string[] => units ?? [name]
  const names = [...new Set(ops.flatMap(namesOf))]
  return names.map((name) => {
    const own = ops.filter((op) => namesOf(op).includes(name))
    const hit = new Set(own.map((op) => op.node))
    const nodes = nodeList(order.filter((node) => hit.has(node)).map(escapeLine))
    return SAYS[disruption](escapeLine(name.replace(/\.service$/, '')), nodes)
  })
}

/** What the plan disturbs in sentences, worst first; what is sure and what is maybe apart. */
export function disruptionsOf(plan: PlanDocument): Readonly<Record<DocumentOp['certainty'], readonly string[]>> {
  const order = nodeOrder(plan)
  const of = (certainty: DocumentOp['certainty']): readonly string[] =>
    DISRUPTIONS.flatMap((disruption) =>
      sayings(
        plan.ops.filter((op) => op.disruption === disruption && op.certainty === certainty),
        disruption,
        order,
      ),
    )
  return { sure: of('sure'), maybe: of('maybe') }
}

/** One line for what is sure to be disturbed and one for what may be; none where nothing is. */
export function renderDisruption(plan: PlanDocument): readonly string[] {
  const { sure, maybe } = disruptionsOf(plan)
  return [
    ...(sure.length === 0 ? [] : [`! Disruption: ${sure.join('; ')}`]),
    ...(maybe.length === 0 ? [] : [`? Possible disruption: ${maybe.join('; ')}`]),
  ]
}
