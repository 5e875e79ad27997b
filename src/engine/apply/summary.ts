import { disturbed } from '../plan/disturbed.js'
import type { Op, PlannedNode, PlanSummary } from '../plan/plan-types.js'

/** Counts for the headline. Disruption is counted of sure ops alone, exactly; maybe ops are counted apart. */
export function summarise(ops: readonly Op[], nodes: readonly PlannedNode[]): PlanSummary {
  const sure = ops.filter((op) => op.certainty === 'sure')
  const count = (action: Op['action']): number => sure.filter((op) => op.action === action).length
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    run: count('run'),
    maybe: ops.length - sure.length,
    restarts: disturbed(sure, 'restart'),
    reboots: disturbed(sure, 'reboot'),
    dataLoss: disturbed(sure, 'data-loss'),
    nodesChanged: new Set(ops.map((op) => op.node)).size,
    nodesTotal: new Set([...nodes.map(({ node }) => node.name), ...ops.map((op) => op.node)]).size,
    nodesUnreachable: nodes.filter((node) => !node.reachable).length,
  }
}
