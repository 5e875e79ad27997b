import { stepsOf, type StepWithOps } from '../../document/document-steps.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { nodeList } from '../../inventory/node-list.js'
import { groupNodes, type NodeGroup, nodeOrder } from '../render/plan-groups.js'
import { count } from '../render/plan-headline.js'
import { namesOf } from '../text/render-plan.js'
import { disruptionWords, tallyOf } from '../render/tally.js'
import { html, type Markup } from './markup.js'
import { opRow } from './op-row.js'
import { stepAnchor } from './step-anchor.js'

/** More groups than this in a step are folded, each by itself. */
const UNFOLDED_GROUPS = 4
/** A plan of so few ops is shown with its steps open. */
const OPEN_UP_TO = 24

function groupSection(document: PlanDocument, group: NodeGroup, folded: boolean): Markup {
  const list = html`<ul class="ops">
    ${group.ops.map((op) => opRow(document, op))}
  </ul>`
  const title = namesOf(group)
  if (!folded)
    return html`<h4>${title}</h4>
      ${list}`
  return html`<details class="group">
    <summary>${title}: ${count(group.ops.length, 'change')}</summary>
    ${list}
  </details>`
}

function gateList({ gates, atEnd = [] }: StepWithOps): Markup {
  if (gates.length + atEnd.length === 0) return html``
  return html`<ul class="gates">
    ${gates.map((gate) => html`<li>= check ${gate}</li>`)}
    ${atEnd.map((deed) => html`<li>&gt; finally, even if the run fails: ${deed}</li>`)}
  </ul>`
}

function section(document: PlanDocument, step: StepWithOps, index: number, open: boolean): Markup {
  const order = nodeOrder(document)
  const groups = groupNodes(document, step.ops)
  const hit = new Set(step.ops.map((op) => op.node))
  const words = disruptionWords(tallyOf(step.ops)).map((text) => html` <span class="tag restart">! ${text}</span>`)
  const folded = groups.length > UNFOLDED_GROUPS
  return html`<details class="step" id="${stepAnchor(index)}" ${open ? html` open` : html``}>
    <summary>
      <span
        ><h3>${step.id}</h3>
        ${words}</span
      ><span class="muted total">${count(step.ops.length, 'change')}</span
      ><span class="where">${step.title} · ${nodeList(order.filter((node) => hit.has(node)))}</span>
    </summary>
    <div class="body">
      ${step.why === undefined ? '' : html`<p class="why">${step.why}</p>`}${groups.map((group) => groupSection(document, group, folded))}${gateList(step)}
    </div>
  </details> `
}

/** Every step with its ops, grouped by nodes on which it does the same; a step that is long to read is folded. */
export function stepSections(document: PlanDocument): readonly Markup[] {
  const open = document.ops.length <= OPEN_UP_TO
  return stepsOf(document).map((step, index) => section(document, step, index, open))
}
