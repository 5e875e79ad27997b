import type { PlanDocument } from '../../document/plan-document.js'
import { headline, lookedWords, machineWords, nameOfPlan } from '../render/plan-headline.js'
import { isNoOp } from '../text/render-plan.js'
import { changeTable } from './change-table.js'
import { concernList, disruptionList, driftList, outlookFacts } from './attention.js'
import { figures, footer, verdict } from './frame.js'
import { html, type Markup } from './markup.js'
import { clusterPicture } from './picture.js'
import { stepSections } from './step-sections.js'
import { STYLE } from './style.js'

/** No script, and nothing is fetched from anywhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

function section(title: string, id: string, body: Markup | readonly Markup[]): Markup {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section> `
}

function changes(document: PlanDocument): readonly Markup[] {
  if (document.ops.length === 0) return []
  const legend = html`<p class="legend">
    <span class="create">+ create</span> <span class="update">~ update</span> <span class="delete">- delete</span>
    <span class="replace">-/+ replace</span> <span class="run">&gt; run</span>
    <span class="maybe">? maybe: the machine decides</span> <span>! disturbs something</span>
  </p>`
  const drift = driftList(document)
  return [
    section('Where what changes', 'where', [changeTable(document), legend]),
    ...(drift === undefined ? [] : [section('Not as the last apply left it', 'drift', drift)]),
    section('Changes, step by step', 'steps', stepSections(document)),
  ]
}

/** The plan as one page for a browser: no script, nothing from elsewhere, for screen, telephone and paper. */
export function renderHtml(document: PlanDocument): string {
  const concerns = concernList(document)
  const takes = outlookFacts(document)
  const name = document.cluster.name
  const said = isNoOp(document) ? 'No changes.' : headline(document)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${nameOfPlan(document)} for cluster ${name}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <header class="top">
          <p class="eyebrow">tripod · ${nameOfPlan(document)}</p>
          <h1>Cluster ${name}</h1>
          <p class="headline">${said}</p>
          <p class="muted">
            ${`${machineWords(document)} · inventory ${document.cluster.inventoryPath} · ${lookedWords(document)}`}
          </p>
          ${verdict(document)}${figures(document)}
        </header>
        <main>
          ${section('What it disturbs', 'disturbs', disruptionList(document))}${takes === undefined ? '' : section('What it takes', 'takes', takes)}${concerns === undefined ? '' : section('What asks for attention', 'attention', concerns)}${section('The cluster', 'cluster', clusterPicture(document))}${changes(document)}
        </main>
        ${footer(document)}
      </body>
    </html> `.markup
}
