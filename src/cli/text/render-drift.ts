import { stepsOf, type StepWithOps } from '../../document/document-steps.js'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { quote } from '../../shell.js'
import { escapeLine } from '../render/escape.js'
import { count, titleLine } from '../render/plan-headline.js'
import { type PlanRendering, renderStep } from './render-plan.js'
import { renderPlanProblems } from '../render/plan-problems.js'
import { selectorWords } from '../app/selector-words.js'

/** Not as the last apply left it, or as one meant to leave it that was killed: then nobody can tell which of the two. */
const DRIFTED: readonly DocumentOp['reason']['code'][] = ['drift', 'unfinished']

/** What is not as the last apply left it: the steps with their drift ops alone. */
function driftSteps(plan: PlanDocument): readonly StepWithOps[] {
  return stepsOf({ ...plan, ops: [...driftOps(plan)] }).filter((step) => step.ops.length > 0)
}

/** What is not as the last apply left it. */
export function driftOps(plan: PlanDocument): readonly DocumentOp[] {
  return plan.ops.filter((op) => DRIFTED.includes(op.reason.code))
}

function headlineOf(ops: readonly DocumentOp[], plan: PlanDocument): string {
  const partial = plan.complete ? '' : 'PARTIAL: '
  const read = plan.nodes.filter((node) => node.reachable && node.problems.length === 0).length
  const unread = read === plan.nodes.length ? '' : ` ${count(plan.nodes.length - read, 'node')} could not be read.`
  if (ops.length === 0) return `${partial}No drift on ${count(read, 'node')}.${unread}`
  const nodes = new Set(ops.map((op) => op.node)).size
  return `${partial}Drift: ${count(ops.length, 'resource')} on ${count(nodes, 'node')} moved since the last apply`
}

/** `tripod drift`: headline, problems, what moved, headline. Ends without a line feed. */
export function renderDrift(plan: PlanDocument, options: Omit<PlanRendering, 'words' | 'closing'>): string {
  const ops = driftOps(plan)
  const problems = renderPlanProblems(plan, options.paint)
  if (ops.length === 0) return [...problems, headlineOf(ops, plan)].join('\n')
  const next = `Next: tripod apply -i ${quote(plan.cluster.inventoryPath)}${selectorWords(plan)} puts it back.`
  const sections = [
    [escapeLine(titleLine(plan, 'drift')), options.paint('bold', headlineOf(ops, plan))],
    problems,
    driftSteps(plan).flatMap((step) => renderStep(plan, step, options)),
    [options.paint('bold', headlineOf(ops, plan)), next],
  ]
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')
}
