import type { Op, Plan } from '../engine/plan-types.js'
import type { Disruption } from '../resources/resource.js'
import { escapeLine } from './escape.js'

const SAYS: Readonly<Record<Exclude<Disruption, 'none'>, (name: string, nodes: string) => string>> = {
  reload: (name, nodes) => `${name} reloads on ${nodes}`,
  restart: (name, nodes) => `${name} restarts on ${nodes}`,
  drain: (name, nodes) => `pods move away from ${nodes} (${name})`,
  reboot: (name, nodes) => `${nodes} reboots (${name})`,
  'data-loss': (name, nodes) => `DATA IS LOST on ${nodes} (${name})`,
}

/** Worst first. */
const SCALE = ['data-loss', 'reboot', 'drain', 'restart', 'reload'] as const

const allOps = (plan: Plan): readonly Op[] => plan.steps.flatMap((step) => step.ops)

function sayings(
  ops: readonly Op[],
  disruption: Exclude<Disruption, 'none'>,
  order: readonly string[],
): readonly string[] {
  const names = [...new Set(ops.map((op) => op.name))]
  return names.map((name) => {
    const hit = new Set(ops.filter((op) => op.name === name).map((op) => op.node))
    const nodes = order.filter((node) => hit.has(node)).join(',')
    return SAYS[disruption](escapeLine(name.replace(/\.service$/, '')), nodes)
  })
}

/** What the plan disturbs, worst first; '' when nothing. Sure and possible disruptions apart. */
export function renderDisruption(plan: Plan): readonly string[] {
  const order = [...plan.nodes.map(({ node }) => node.name), 'cluster']
  const of = (certainty: Op['certainty']): readonly string[] =>
    SCALE.flatMap((disruption) =>
      sayings(
        allOps(plan).filter((op) => op.disruption === disruption && op.certainty === certainty),
        disruption,
        order,
      ),
    )
  const sure = of('sure')
  const maybe = of('maybe')
  return [
    ...(sure.length === 0 ? [] : [`! Disruption: ${sure.join('; ')}`]),
    ...(maybe.length === 0 ? [] : [`? Possible disruption: ${maybe.join('; ')}`]),
  ]
}
