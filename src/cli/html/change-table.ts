import { stepsOf } from '../../document/document-steps.js'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { nodeList } from '../../inventory/node-list.js'
import { type ChangeColumn, changeColumns } from '../render/change-columns.js'
import { count } from '../render/plan-headline.js'
import { disruptionWords, isGrave, signsOf, tallyOf } from '../render/tally.js'
import { html, type Markup } from './markup.js'
import { stepAnchor } from './step-anchor.js'

/** More nodes than this: those with equal columns share one. */
const MOST = 12

function cell(ops: readonly DocumentOp[]): Markup {
  const tally = tallyOf(ops)
  const signs = signsOf(tally).map(({ what, text }) => html`<span class="sign ${what}">${text}</span>`)
  const worst = isGrave(tally) ? ' worst' : ''
  const hits = disruptionWords(tally).map((words) => html`<span class="hit${worst}">! ${words}</span>`)
  return html`<td>${signs}${hits}</td>`
}

function head({ nodes }: ChangeColumn): Markup {
  const how = nodes.length > 1 ? html`<br /><span class="muted">${count(nodes.length, 'node')}, each:</span>` : html``
  return html`<th scope="col">${nodeList(nodes)}${how}</th>`
}

/** Steps by nodes: how many changes of each sort, and what they disturb. */
export function changeTable(document: PlanDocument): Markup {
  const columns = changeColumns(document, MOST)
  const rows = stepsOf(document).map(
    ({ id }, index) =>
      html`<tr>
        <th scope="row"><a href="#${stepAnchor(index)}">${id}</a></th>
        ${columns.map(({ ops }) => cell(ops.get(id) ?? []))}
      </tr> `,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="where">
    <table>
      <thead>
        <tr>
          <th scope="col">Step</th>
          ${columns.map(head)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}
