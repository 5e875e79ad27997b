import { groupedBy, stepsOf } from '../../document/document-steps.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { nodeList } from '../../inventory/node-list.js'
import { type ConcernGroup, countedNodes, groupConcerns } from '../render/concern-groups.js'
import { type Concern, concernsOf, isWhollyRead } from '../render/plan-concerns.js'
import { nodeOrder } from '../render/plan-groups.js'
import { planOutlook } from '../render/plan-outlook.js'
import { disruptionsOf } from '../text/render-disruption.js'
import { html, type Markup } from './markup.js'

const WEIGHTS: Readonly<Record<Concern['weight'], string>> = {
  fatal: '! keeps the plan from being applied',
  warning: 'warning',
  accepted: 'accepted by the inventory',
}

/** What restarts, reboots or is lost, and what may; said also where it is nothing. */
export function disruptionList(document: PlanDocument): Markup {
  const { sure, maybe } = disruptionsOf(document)
  if (sure.length + maybe.length === 0) {
    const known = isWhollyRead(document) ? 'Nothing' : 'Nothing on what could be read'
    return html`<p>${known}: no service restarts, no machine reboots, no data is lost.</p>`
  }
  return html`<ul class="notices">
    ${sure.map((text) => html`<li>! ${text}</li>`)}${maybe.map((text) => html`<li class="maybe"><span class="tag">? possible</span> ${text}</li>`)}
  </ul>`
}

/** From where it is downloaded, what is secret, what cannot be taken back, how long it takes; undefined where nothing is to be said. */
export function outlookFacts(document: PlanDocument): Markup | undefined {
  const facts = planOutlook(document).map(
    ({ about, text }) =>
      html`<dt>${about}</dt>
        <dd>${text}</dd>`,
  )
  return facts.length === 0 ? undefined : html`<dl class="facts panel">${facts}</dl>`
}

function concernItem(group: ConcernGroup): Markup {
  const { weight, code, entries, nodes, namesNode, fix } = group
  const bad = weight === 'fatal' ? html` class="bad"` : html``
  const place = (names: readonly string[]): Markup | '' =>
    names.length === 0 ? '' : html`<strong>${countedNodes(names)}:</strong> `
  const number = code === undefined ? '' : html`<span class="muted">${code}</span> `
  const help = (text: string): Markup | '' => (text === '' ? '' : html`<p><span class="muted">Fix:</span> ${text}</p>`)
  const head = html`<span class="tag">${WEIGHTS[weight]}</span> ${number}`
  const [first, ...others] = entries
  if (first !== undefined && others.length === 0)
    return html`<li${bad}>${head}${namesNode ? '' : place(first.nodes)}${first.message}${help(first.fix)}</li>`
  const items = entries.map(
    (entry) =>
      html`<li>${namesNode ? '' : place(entry.nodes)}${entry.message}${fix === undefined ? help(entry.fix) : ''}</li>`,
  )
  return html`<li${bad}>${head}${place(nodes)}${help(fix ?? '')}<ul>${items}</ul></li>`
}

/** Findings, and what could not be read; undefined where there is nothing of the sort. */
export function concernList(document: PlanDocument): Markup | undefined {
  const concerns = groupConcerns(concernsOf(document))
  return concerns.length === 0
    ? undefined
    : html`<ul class="notices">
        ${concerns.map(concernItem)}
      </ul>`
}

const MOVED: readonly string[] = ['drift', 'unfinished', 'leftover', 'owed']

/** What is not as the last apply left it: each once, with the nodes; undefined where nothing is. */
export function driftList(document: PlanDocument): Markup | undefined {
  const moved = stepsOf(document).flatMap(({ ops }) => ops.filter(({ reason }) => MOVED.includes(reason.code)))
  if (moved.length === 0) return undefined
  const order = nodeOrder(document)
  const alike = groupedBy(moved, ({ kind, name, reason }) => JSON.stringify([kind, name, reason]))
  const items = [...alike.values()].map(([first, ...rest]) => {
    if (first === undefined) return html``
    const hit = new Set([first, ...rest].map((op) => op.node))
    const nodes = nodeList(order.filter((node) => hit.has(node)))
    return html`<li>
      <span class="tag ${first.reason.code}">${first.reason.code}</span> <strong>${nodes}:</strong> ${first.kind}
      <code>${first.name}</code> ${first.reason.text}
    </li>`
  })
  return html`<ul class="notices">
    ${items}
  </ul>`
}
