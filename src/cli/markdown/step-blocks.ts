import { stepsOf, type StepWithOps } from '../../document/document-steps.js'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { nodeList } from '../../inventory/node-list.js'
import { isChange, patchLines, textsOf } from '../render/patch-lines.js'
import { groupNodes, type NodeGroup, nodeOrder } from '../render/plan-groups.js'
import { count } from '../render/plan-headline.js'
import { detailsOf, SYMBOLS } from '../text/render-op.js'
import { namesOf } from '../text/render-plan.js'
import { disruptionWords, tallyOf } from '../render/tally.js'
import { code, fenced, summaryWords, words } from './escape-markdown.js'

/** The texts of a change, and what stands in their place where there is no room. */
export interface Body {
  readonly text: string
  readonly instead: string
}

/** Lines in their order; a body among them may be left out. */
export type Block = string | Body

/** Every step, folded: its groups of nodes, their ops, and the differences with so many lines of context. */
export function stepBlocks(document: PlanDocument, context: number): readonly Block[] {
  const order = nodeOrder(document)
  return stepsOf(document).flatMap((step) => {
    const groups = groupNodes(document, step.ops).flatMap((group) => groupBlocks(document, group, context))
    const around = [
      ...step.gates.map((gate) => `- check ${words(gate)}`),
      ...(step.atEnd ?? []).map((deed) => `- finally, even if the run fails: ${words(deed)}`),
    ]
    const gates = around.length === 0 ? [] : [['', ...around].join('\n')]
    return ['', `<details><summary>${title(step, order)}</summary>`, ...groups, ...gates, '', '</details>']
  })
}

function title(step: StepWithOps, order: readonly string[]): string {
  const hit = new Set(step.ops.map(({ node }) => node))
  const where = nodeList(order.filter((node) => hit.has(node)))
  const disturbs = disruptionWords(tallyOf(step.ops)).map((one) => `, ! ${one}`)
  return `<b>${summaryWords(step.id)}</b>: ${count(step.ops.length, 'change')} on ${summaryWords(where)}${disturbs.join('')}`
}

function groupBlocks(document: PlanDocument, group: NodeGroup, context: number): readonly Block[] {
  return ['', `**${words(namesOf(group))}**`, '', ...group.ops.flatMap((op) => opBlocks(document, op, context))]
}

function opBlocks(document: PlanDocument, op: DocumentOp, context: number): readonly Block[] {
  const [summary, ...notes] = detailsOf(op)
  const sign = op.certainty === 'maybe' ? '?' : SYMBOLS[op.action]
  const secret = op.sensitive && !summary.includes('secret') ? ' (secret)' : ''
  const lines = notes.flatMap((note) => note.split('\n')).filter((note) => note.trim() !== '')
  return [
    `- \`${sign}\` ${op.kind} ${code(op.name)} ${words(summary)}${secret}`.trimEnd(),
    ...lines.map((note) => `  - ${words(note)}`),
    ...bodyOf(document, op, context),
  ]
}

function bodyOf(document: PlanDocument, op: DocumentOp, context: number): readonly Body[] {
  const lines = patchLines(textsOf(document, op), context)
  if (lines === undefined) return [{ text: '  - too different to compare line by line', instead: '' }]
  if (lines.length === 0) return []
  const added = lines.filter((line) => isChange(line) && line.startsWith('+')).length
  const removed = lines.filter(isChange).length - added
  const instead = `  - diff omitted: ${count(added, 'line')} added, ${String(removed)} removed`
  return [{ text: fenced(lines), instead }]
}
