import { stepsOf, type StepWithOps } from '../document/document-steps.js'
import type { PlanDocument } from '../document/plan-document.js'
import { quote } from '../shell.js'
import type { Paint } from './colour.js'
import { escapeLine } from './escape.js'
import { nodeList } from '../inventory/node-list.js'
import { textsOf } from './patch-lines.js'
import { count, headline, nameOfPlan, titleLine } from './plan-headline.js'
import { groupNodes, type NodeGroup } from './plan-groups.js'
import { renderDisruption } from './render-disruption.js'
import { inColumns, renderOp } from './render-op.js'
import { renderPlanProblems } from './plan-problems.js'

export interface PlanRendering {
  readonly paint: Paint
  /** Whole diffs, however long. */
  readonly full: boolean
  /** `plan`, `apply`: heads the first line; only a plan by itself names what to type next. */
  readonly verb: string
}

/** Selectors as they were given, for a command to type next. */
export function selectorWords({ selectors }: Pick<PlanDocument, 'selectors'>): string {
  const words = (flag: string, values: readonly string[] = []): readonly string[] =>
    values.map((value) => ` --${flag} ${quote(value)}`)
  return [
    ...words('node', selectors.nodes),
    ...words('skip-node', selectors.skipNodes),
    ...words('step', selectors.steps),
  ].join('')
}

/** Past this many, nodes are named as rows, and counted beside it. */
const COUNTED_FROM = 8

/** The nodes of a group in one line, and how alike they are. */
export function namesOf({ nodes, likeness }: NodeGroup): string {
  const counted = nodes.length < COUNTED_FROM ? '' : ` (${count(nodes.length, 'node')})`
  if (nodes.length === 1) return nodeList(nodes)
  const but = likeness === 'identical' ? '' : ` but for their own name and address (${nodes[0] ?? ''} is shown)`
  return `${nodeList(nodes)}${counted} identical${but}`
}

/** One block for each set of nodes on which the step does the same. */
export function renderStep(
  plan: Pick<PlanDocument, 'nodes' | 'contents'>,
  step: StepWithOps,
  options: Omit<PlanRendering, 'verb'>,
): readonly string[] {
  return groupNodes(plan, step.ops).flatMap((group) => {
    const title = options.paint('bold', step.id)
    const header = title + inColumns(step.id, namesOf(group)).slice(step.id.length)
    return [header, ...group.ops.flatMap((op) => renderOp(op, textsOf(plan, op), options))]
  })
}

/** What is checked around the step, once for all of its nodes. */
function renderGates({ gates }: StepWithOps, { paint }: Pick<PlanRendering, 'paint'>): readonly string[] {
  return gates.map((gate) => `${paint('cyan', '  =')} check    ${escapeLine(gate)}`)
}

function driftLine(plan: PlanDocument): readonly string[] {
  const drift = plan.ops.filter((op) => op.reason.code === 'drift')
  if (drift.length === 0) return []
  const differ = `${count(drift.length, 'managed resource')} ${drift.length === 1 ? 'differs' : 'differ'} from the last apply`
  return [
    `Drift (${differ}; this plan resets ${String(drift.length)}): run \`tripod drift -i ${plan.cluster.inventoryPath}\` for detail`,
  ]
}

/** Everything was read and nothing is to be done. */
export function isNoOp(plan: PlanDocument): boolean {
  const whole = plan.nodes.every((node) => node.reachable && node.problems.length === 0)
  return whole && plan.unknown.length === 0 && plan.ops.length === 0
}

function noOpLine(plan: PlanDocument): string {
  const partial = plan.complete ? '' : `${nameOfPlan(plan)}: `
  const nodes = count(plan.nodes.length, 'node')
  return `${partial}No changes. ${nodes} ${plan.nodes.length === 1 ? 'matches' : 'match'} ${plan.cluster.inventoryPath}.`
}

function closing(plan: PlanDocument, verb: string): readonly string[] {
  if (plan.applyable && verb !== 'plan') return []
  return [nextCommand(plan)]
}

function nextCommand(plan: PlanDocument): string {
  if (plan.applyable) return `Next: tripod apply -i ${quote(plan.cluster.inventoryPath)}${selectorWords(plan)}`
  if (plan.mode === 'offline')
    return `Made without looking at any machine. Next: tripod plan -i ${quote(plan.cluster.inventoryPath)}`
  return 'This plan cannot be applied: see the lines marked ! above.'
}

/** The plan as a reader meets it (experience.md 1.3): headline, disruption, problems, steps, headline. Ends without a line feed. */
export function renderPlan(plan: PlanDocument, options: PlanRendering): string {
  const { paint } = options
  const problems = renderPlanProblems(plan, paint)
  if (isNoOp(plan)) return [...problems, noOpLine(plan)].join('\n')
  const disruption = renderDisruption(plan).map((line) => paint(['bold', 'yellow'], line))
  const sections = [
    [escapeLine(titleLine(plan, options.verb)), paint('bold', headline(plan))],
    [...disruption, ...problems],
    [
      ...stepsOf(plan).flatMap((step) => [...renderStep(plan, step, options), ...renderGates(step, options)]),
      ...driftLine(plan),
    ],
    [paint('bold', headline(plan)), ...closing(plan, options.verb)],
  ]
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')
}
