import { stepsOf, type StepWithOps } from '../../document/document-steps.js'
import type { PlanDocument } from '../../document/plan-document.js'
import type { Paint } from '../render/colour.js'
import { escapeLine } from '../render/escape.js'
import { foldSets } from '../render/fold-sets.js'
import { nodeList } from '../../inventory/node-list.js'
import { textsOf } from '../render/patch-lines.js'
import { count, headline, nameOfPlan, titleLine } from '../render/plan-headline.js'
import { groupNodes, type NodeGroup } from '../render/plan-groups.js'
import { planOutlook } from '../render/plan-outlook.js'
import { renderDisruption } from './render-disruption.js'
import { inColumns, renderOp } from './render-op.js'
import { renderPlanProblems } from '../render/plan-problems.js'

export interface PlanRendering {
  readonly paint: Paint
  /** Whole diffs, however long. */
  readonly full: boolean
  /** The words after `tripod` that were typed; left out: those that make such a plan. */
  readonly words?: string
  /** Each step says why it is there. */
  readonly explain?: boolean
  /** The last line: what to type next. */
  readonly closing?: string | undefined
}

const ABOUT_COLUMN = 'Downloads  '.length
const WIDTH = 120

/** Past this many, nodes are named as rows, and counted beside it. */
const COUNTED_FROM = 8

/** The nodes of a group in one line, and how alike they are. */
export function namesOf({ nodes, likeness }: NodeGroup): string {
  const counted = nodes.length < COUNTED_FROM ? '' : ` (${count(nodes.length, 'node')})`
  if (nodes.length === 1) return nodeList(nodes)
  const but = likeness === 'identical' ? '' : ` except for name and address (showing ${nodes[0] ?? ''})`
  return `${nodeList(nodes)}${counted} identical${but}`
}

/** One block for each set of nodes on which the step does the same. */
export function renderStep(
  plan: Pick<PlanDocument, 'nodes' | 'contents'>,
  step: StepWithOps,
  options: Omit<PlanRendering, 'words' | 'closing'>,
): readonly string[] {
  const why = options.explain === true && step.why !== undefined ? [`  ${escapeLine(step.why)}`] : []
  // Of the step, not of the group: nodes that differ take turns as well.
  const isInTurns = step.rollout === 'serial' && new Set(step.ops.map(({ node }) => node)).size > 1
  return groupNodes(plan, step.ops).flatMap((group) => {
    const title = options.paint('bold', step.id)
    const turns = isInTurns ? ', one node at a time' : ''
    const header = title + inColumns(step.id, namesOf(group) + turns).slice(step.id.length)
    const ops = options.full ? group.ops : foldSets(group.ops)
    return [header, ...why, ...ops.flatMap((op) => renderOp(op, textsOf(plan, op), options))]
  })
}

/** What is checked around the step, once for all of its nodes, and what the run does for it when it ends. */
function renderGates({ gates, atEnd = [] }: StepWithOps, { paint }: Pick<PlanRendering, 'paint'>): readonly string[] {
  return [
    ...gates.map((gate) => `${paint('cyan', '  =')} check    ${escapeLine(gate)}`),
    ...atEnd.map((deed) => `${paint('cyan', '  >')} cleanup  finally, even if the run fails: ${escapeLine(deed)}`),
  ]
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

/** `Downloads  nodes from ...`: what the reader would else have to gather. */
function outlookLines(plan: PlanDocument): readonly string[] {
  return planOutlook(plan).flatMap(({ about, text }) =>
    wrapped(escapeLine(text)).map((line, index) => `${(index === 0 ? about : '').padEnd(ABOUT_COLUMN)}${line}`),
  )
}

/** Lines of whole words that fit beside the first column; a word that is longer than a line stands by itself. */
function wrapped(text: string): readonly string[] {
  return text.split(' ').reduce<readonly string[]>((lines, word) => {
    const last = lines.at(-1)
    const fits = last !== undefined && ABOUT_COLUMN + last.length + 1 + word.length <= WIDTH
    return fits ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word]
  }, [])
}

/** The plan as a reader meets it (experience.md 1.3): headline, disruption, problems, steps, headline. Ends without a line feed. */
export function renderPlan(plan: PlanDocument, options: PlanRendering): string {
  const { paint } = options
  const problems = renderPlanProblems(plan, paint)
  const closing = options.closing === undefined ? [] : [options.closing]
  if (isNoOp(plan)) return [...problems, noOpLine(plan), ...closing].join('\n')
  const disruption = renderDisruption(plan).map((line) => paint(['bold', 'yellow'], line))
  const sections = [
    [escapeLine(titleLine(plan, options.words ?? plan.command.look)), paint('bold', headline(plan))],
    [...disruption, ...outlookLines(plan), ...problems],
    [
      ...stepsOf(plan).flatMap((step) => [...renderStep(plan, step, options), ...renderGates(step, options)]),
      ...driftLine(plan),
    ],
    [paint('bold', headline(plan)), ...closing],
  ]
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')
}
