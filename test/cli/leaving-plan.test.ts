import { describe, expect, test } from 'vitest'
import { plain } from '../../src/cli/render/colour.js'
import { renderHtml } from '../../src/cli/html/render-html.js'
import { renderMarkdown } from '../../src/cli/markdown/render-markdown.js'
import { shownLine } from '../../src/cli/render/plan-closing.js'
import { renderPlan } from '../../src/cli/text/render-plan.js'
import type { PlanDocument } from '../../src/document/plan-document.js'
import { planText } from '../../src/document/plan-text.js'
import { readPlan } from '../../src/document/read-plan.js'
import { askedFor } from '../../src/operations/index.js'
import type { Intent } from '../../src/operations/intents.js'
import { sampleDocument, sampleOp, sampleStep } from './sample-plan.js'

const REMOVES: Intent = {
  kind: 'remove',
  nodes: [{ name: 'w9', address: '10.0.0.29', roles: ['worker'] }],
  gone: false,
}
/** A worker that the inventory does not name any more leaves through m1. */
const REMOVAL: PlanDocument = {
  ...sampleDocument(
    [
      sampleStep('leave', [
        sampleOp({
          kind: 'command',
          name: 'leave:w9',
          action: 'run',
          disruption: 'drain',
          node: 'w9',
          host: 'm1',
          change: { summary: 'kubectl drain w9; kubectl delete node w9', notes: [] },
        }),
        sampleOp({
          kind: 'service',
          name: 'kubelet.service',
          node: 'w9',
          action: 'update',
          disruption: 'stop',
          change: { summary: 'disable, stop; now active, enabled', notes: [] },
        }),
      ]),
    ],
    {
      intent: REMOVES,
    },
  ),
  ...askedFor(REMOVES),
}
const text = renderPlan(REMOVAL, {
  paint: plain,
  full: false,
  closing: shownLine(REMOVAL, 'w9.json', new Date(REMOVAL.createdAt)),
})

describe('a plan by which a node leaves', () => {
  test('says so in its first lines, with the command that asks for it', () => {
    const [title, headline] = text.split('\n')
    expect(title).toMatch(/^tripod node remove w9 - cluster lab, /)
    expect(headline).toMatch(/^REMOVES w9: 0 create, 1 update, .* 1 run /)
  })

  test('names the node that is disturbed, not the one that does it', () => {
    expect(text).toContain('! Disruption: pods move away from w9 (leave:w9); kubelet stops on w9')
  })

  test('is applied from its file like any other, and says so in every format', () => {
    expect(text).toMatch(/Next: tripod apply w9\.json$/)
    expect(readPlan(planText(REMOVAL), 'w9.json')).toEqual(REMOVAL)
    expect(renderMarkdown(REMOVAL)).toContain('### REMOVES w9 for cluster `lab`')
    expect(renderHtml(REMOVAL)).toContain('<title>REMOVES w9 for cluster lab</title>')
  })
})
