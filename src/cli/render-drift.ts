import type { Op, Plan, PlannedStep, ReasonCode } from '../engine/plan-types.js'
import { quote } from '../shell.js'
import { escapeLine } from './escape.js'
import { count, titleLine } from './plan-headline.js'
import { type PlanRendering, renderStep, selectorWords } from './render-plan.js'
import { renderPlanProblems } from './plan-problems.js'

/** Not as the last apply left it, or as one meant to leave it that was killed: then nobody can tell which of the two. */
const DRIFTED: readonly ReasonCode[] = ['drift', 'unfinished']

/** What is not as the last apply left it: the steps with their drift ops alone. */
export function driftSteps(plan: Plan): readonly PlannedStep[] {
  return plan.steps
    .map((step) => ({ ...step, ops: step.ops.filter((op) => DRIFTED.includes(op.reason.code)) }))
    .filter((step) => step.ops.length > 0)
}

export function driftOps(plan: Plan): readonly Op[] {
  return driftSteps(plan).flatMap((step) => step.ops)
}

function headlineOf(ops: readonly Op[], plan: Plan): string {
  const partial = plan.complete ? '' : 'PARTIAL: '
  const read = plan.nodes.filter((node) => node.reachable && node.problems.length === 0).length
  const unread = read === plan.nodes.length ? '' : ` ${count(plan.nodes.length - read, 'node')} could not be read.`
  if (ops.length === 0) return `${partial}No drift on ${count(read, 'node')}.${unread}`
  const nodes = new Set(ops.map((op) => op.node)).size
  return `${partial}Drift: ${count(ops.length, 'resource')} on ${count(nodes, 'node')} moved since the last apply`
}

/** `tripod drift`: headline, problems, what moved, headline. Ends without a line feed. */
export function renderDrift(plan: Plan, options: Omit<PlanRendering, 'verb'>): string {
  const ops = driftOps(plan)
  const problems = renderPlanProblems(plan, options.paint)
  if (ops.length === 0) return [...problems, headlineOf(ops, plan)].join('\n')
  const order = [...plan.nodes.map(({ node }) => node.name), 'cluster']
  const next = `Next: tripod apply -i ${quote(plan.cluster.inventoryPath)}${selectorWords(plan)} puts it back.`
  const sections = [
    [escapeLine(titleLine(plan, 'drift')), options.paint('bold', headlineOf(ops, plan))],
    problems,
    driftSteps(plan).flatMap((step) => renderStep(step, order, options)),
    [options.paint('bold', headlineOf(ops, plan)), next],
  ]
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')
}
