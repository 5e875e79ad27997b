import type { PlanDocument } from '../../document/plan-document.js'
import { planDigest } from '../../document/plan-text.js'
import { isNoOp } from '../text/render-plan.js'
import { ACTIONS } from '../render/tally.js'
import { html, type Content, type Markup } from './markup.js'

/** `2026-11-21 08:56 UTC`. */
const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

/** Whether the plan can be applied, and why not. */
export function verdict(document: PlanDocument): Markup {
  const partial = document.complete ? '' : ' It is a part: selectors left something out.'
  if (document.mode === 'offline')
    return box('note', `Made without looking at any machine: it shows what fresh machines would get.${partial}`)
  if (!document.applyable) return box('no', `This plan cannot be applied: see what asks for attention.${partial}`)
  if (isNoOp(document)) return box('', `Everything is as the inventory says.${partial}`)
  return box(document.complete ? '' : 'note', `Can be applied until ${moment(document.expiresAt)}.${partial}`)
}

function box(className: string, text: string): Markup {
  return html`<div class="verdict ${className}"><p>${text}</p></div>`
}

/** The headline's numbers, large. */
export function figures({ summary }: PlanDocument): Markup {
  const { maybe, restarts, reboots, dataLoss } = summary
  const sure = ACTIONS.reduce((sum, action) => sum + summary[action], 0)
  const words = ACTIONS.filter((action) => summary[action] > 0).map((action) => `${String(summary[action])} ${action}`)
  const nodes = `of ${String(summary.nodesTotal)}`
  return html`<dl class="figures">
    ${[
      figure('sure changes', sure, words.join(', ')),
      figure('maybe', maybe, 'the machine decides'),
      figure('nodes changed', summary.nodesChanged, nodes),
      figure('restarts', restarts, 'of services', restarts > 0 ? 'careful' : ''),
      figure('reboots', reboots, 'of machines', reboots > 0 ? 'bad' : ''),
      figure('data loss', dataLoss, '', dataLoss > 0 ? 'bad' : ''),
    ]}${summary.nodesUnreachable === 0 ? '' : figure('NOT READ', summary.nodesUnreachable, nodes, 'bad')}
  </dl>`
}

function figure(name: string, value: number, small: string, className = ''): Markup {
  return html`<div class="${className}">
    <dt>${name}</dt>
    <dd>${value}</dd>
    ${small === '' ? '' : html`<small>${small}</small>`}
  </div>`
}

/** Where the page comes from, so that it can be held against the saved plan. */
export function footer(document: PlanDocument): Markup {
  const { planId, createdAt, expiresAt, tool, cluster, inputs } = document
  const fact = (name: string, value: Content): Markup =>
    html`<dt>${name}</dt>
      <dd>${value}</dd>`
  return html`<footer>
    <h2>About this plan</h2>
    <dl class="facts">
      ${[
        fact('Plan', html`<code>${planId}</code>, <code>sha256:${planDigest(document)}</code>`),
        fact('Made', `${moment(createdAt)} by ${tool.name} ${tool.version}`),
        fact('Expires', moment(expiresAt)),
        fact('Kubernetes', inputs.kubernetes),
        fact('Inventory', html`${cluster.inventoryPath}, <code>sha256:${inputs.inventoryDigest}</code>`),
      ]}${cluster.caHash === undefined ? '' : fact('Cluster CA', html`<code>${cluster.caHash}</code>`)}
    </dl>
  </footer>`
}
