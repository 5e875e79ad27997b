import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'
import { isChange, patchLines, textsOf } from '../render/patch-lines.js'
import { count } from '../render/plan-headline.js'
import { detailsOf, SYMBOLS } from '../text/render-op.js'
import { html, type Markup } from './markup.js'

/** Why it is planned, where that is more than a plain difference. */
const TOLD_REASONS: readonly DocumentOp['reason']['code'][] = ['drift', 'unfinished', 'owed', 'leftover']

function tags(op: DocumentOp): readonly Markup[] {
  const words = [
    ...(op.disruption === 'none' ? [] : [[op.disruption, `! ${op.disruption}`] as const]),
    ...(TOLD_REASONS.includes(op.reason.code) ? [[op.reason.code, op.reason.code] as const] : []),
    ...(op.sensitive ? [['secret', 'secret'] as const] : []),
  ]
  return words.map(([className, text]) => html`<span class="tag ${className}">${text}</span>`)
}

function classOf(line: string): string {
  if (line.startsWith('+')) return 'l add'
  if (line.startsWith('-')) return 'l del'
  return line.startsWith('@@') ? 'l at' : 'l'
}

function diffOf(document: PlanDocument, op: DocumentOp): Markup {
  const texts = textsOf(document, op)
  const lines = patchLines(texts)
  if (lines === undefined) return html`<p class="muted beside">Too different to compare line by line.</p>`
  if (lines.length === 0) return html``
  const isNew = texts.before === undefined
  const changed = lines.filter(isChange).length
  const title = isNew
    ? `Show the text, ${count(changed, 'line')}`
    : `Show the difference, ${count(changed, 'changed line')}`
  const shown = lines.map((line) => html`<span class="${classOf(line)}">${line}</span>`)
  return html`<details class="diff">
    <summary>${title}</summary>
    <pre><code>${shown}</code></pre>
  </details>`
}

/** An op: what it does to what, what it disturbs, its notes, and its texts folded; of a secret none. */
export function opRow(document: PlanDocument, op: DocumentOp): Markup {
  const maybe = op.certainty === 'maybe'
  const [summary, ...notes] = detailsOf(op)
  const [className, word] = maybe ? ['maybe', '? maybe'] : [op.action, `${SYMBOLS[op.action]} ${op.action}`]
  const below =
    notes.length === 0
      ? ''
      : html`<ul class="notes beside">
          ${notes.map((note) => html`<li>${note}</li>`)}
        </ul>`
  return html`<li>
    <div class="op">
      <span class="what sign ${className}">${word}</span><span class="kind">${op.kind}</span
      ><code class="name">${op.name}</code><span class="more">${tags(op)}${summary}</span>
    </div>
    ${below}${diffOf(document, op)}
  </li> `
}
