import type { CheckId } from '../../../src/check-catalogue.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { html } from '../../../src/cli/html/markup.js'
import { DARK, LIGHT, type Palette, PAIRS } from '../../../src/cli/html/palette.js'
import { renderHtml } from '../../../src/cli/html/render-html.js'
import { renderMarkdown } from '../../../src/cli/markdown/render-markdown.js'
import { onNodes, sampleDocument, sampleOp, sampleStep } from '../sample-plan.js'
import { bootstrapOf, smallChangeDocument } from './sample-documents.js'
import { runs } from '../../runs.js'

/** The page without its style, as it is read. */
const bodyOf = (page: string): string => page.slice(page.indexOf('<body>'))
const textOf = (page: string): string =>
  bodyOf(page)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
const picture = (page: string, which: 'wide' | 'narrow'): string =>
  new RegExp(`<svg[^>]*class="${which}"[\\s\\S]*?</svg>`).exec(page)?.[0] ?? ''

/** Every element that is opened is closed, in order; throws where one is not. */
function nesting(page: string): number {
  const open: string[] = []
  let deepest = 0
  for (const [, slash, name = '', , closed] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*?)?)(\/?)>/g)) {
    if (['meta', 'br'].includes(name) || closed === '/') continue
    if (slash === '') deepest = Math.max(deepest, open.push(name))
    else if (open.pop() !== name) throw new Error(`</${name}> closes something else`)
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`)
  return deepest
}

describe('the plan as a page', () => {
  const page = renderHtml(smallChangeDocument())

  test('is one file: no script, nothing fetched from anywhere, and the browser is told so', () => {
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`)
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|form)\b|\son[a-z]+=|@import|url\(|src=/i)
    expect([...page.matchAll(/href="([^"]*)"/g)].every(([, target = '']) => target.startsWith('#step-'))).toBe(true)
  })

  test('says headline, disruption, findings, drift and which plan it is', () => {
    const text = textOf(page)
    expect(text).toContain('Plan: 0 create, 7 update, 0 replace, 1 delete, 1 run | 1 restart')
    expect(text).toContain('! haproxy restarts on m2')
    expect(text).toContain('? possible kubelet restarts on w1,w2')
    expect(text).toContain('P11 w2: 1.7 GiB of memory')
    expect(text).toMatch(/drift m2: file \/etc\/haproxy\/haproxy\.cfg/)
    expect(text).toContain('leftover m1: file /etc/sysctl.d/90-old.conf')
    expect(text).toContain('Can be applied until 2026-01-03 03:04 UTC')
    expect(text).toContain('0b8e6f0e-6c6b-4d7e-9f0a-2f4f5a1c9d11')
  })

  test('says what cannot be applied, what is offline, and what is a part', () => {
    const unread = textOf(renderHtml(smallChangeDocument({ unread: true })))
    expect(unread).toContain('This plan cannot be applied')
    expect(unread).toContain('keeps the plan from being applied NODE_UNREACHABLE w1: no SSH connection')
    const step = sampleStep('kernel', [sampleOp({ name: '/a' })])
    const part = textOf(renderHtml(sampleDocument([step], { complete: false, mode: 'offline', applyable: false })))
    expect(part).toContain('OFFLINE PLAN, PARTIAL PLAN')
    expect(part).toContain('Made without looking at any machine')
    expect(part).toContain('It is a part: selectors left something out')
  })

  test('says that nothing is disturbed only of what could be read', () => {
    const all = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a' })])])
    const nodes = all.nodes.map((node) => ({ ...node, reachable: node.name !== 'm2' }))
    expect(textOf(renderHtml(all))).toContain('Nothing: no service restarts')
    expect(textOf(renderHtml({ ...all, nodes }))).toContain('Nothing on what could be read: no service restarts')
    expect(renderMarkdown(all)).toContain('Disturbs nothing: no restart')
    expect(renderMarkdown({ ...all, nodes })).toContain('Disturbs nothing of what could be read: no restart')
  })

  test('says what it takes', () => {
    const text = textOf(renderHtml(bootstrapOf({ masters: 3 })))
    expect(text).toMatch(
      /What it takes Assumed a fresh .* Downloads by the nodes from .* Secrets 4 files .* Undo .* Duration about/,
    )
  })

  test('of nothing to do says so', () => {
    const text = textOf(renderHtml(sampleDocument([])))
    expect(text).toContain('No changes.')
    expect(text).toContain('Everything is as the inventory says.')
    expect(text).not.toContain('step by step')
  })

  test('marks changed lines by their sign, not by colour alone', () => {
    expect(page).toContain('<span class="l del">-    maxconn 200</span>')
    expect(page).toContain('<span class="l add">+    maxconn 8000</span>')
  })

  test('shows of a secret only that it is one', () => {
    const change = { summary: 'secret, changes', notes: [], before: 'canary 1\n', after: 'canary 2\n' }
    const secret = renderHtml(
      sampleDocument([sampleStep('kernel', [sampleOp({ name: '/k', sensitive: true, change })])]),
    )
    expect(textOf(secret)).toContain('secret secret, changes')
    expect(secret).not.toContain('canary')
  })

  test('is the same for the same plan', () => {
    expect(renderHtml(smallChangeDocument())).toBe(page)
  })
})

describe('the picture of the cluster', () => {
  test.each(['wide', 'narrow'] as const)(
    'has operator, VIP, masters with etcd and HAProxy, and workers: %s',
    (which) => {
      const text = textOf(`<body>${picture(renderHtml(smallChangeDocument()), which)}`)
      for (const word of [
        'You',
        '10.0.1.10:6443',
        'VIP, on one of the masters',
        'keeps going with 2 of 3',
        '2 workers',
      ])
        expect(text).toContain(word)
      expect(text).toMatch(/m2 10\.0\.1\.2 HAProxy keepalived API server etcd 3 changes, 1 drift ~3 ! 1 restart/)
      expect(text).toMatch(/w1 10\.0\.2\.1 workloads 2 changes ~1 \?1/)
    },
  )

  test('has load balancers on hosts of their own, and then none on the masters', () => {
    const text = textOf(`<body>${picture(renderHtml(bootstrapOf({ masters: 3, workers: 1, balancers: 2 })), 'wide')}`)
    expect(text).toContain('Load balancers: one holds the VIP')
    expect(text).toMatch(/lb1 10\.0\.1\.31 HAProxy keepalived/)
    expect(text).toMatch(/m1 10\.0\.1\.1 API server etcd \d/)
  })

  test('has a load balancer of somebody else as a box, and masters that carry workloads', () => {
    const endpoint = '{ external: "lb.example.org:6443" }'
    const text = textOf(`<body>${picture(renderHtml(bootstrapOf({ masters: 3, endpoint })), 'wide')}`)
    expect(text).toContain('lb.example.org:6443 your own load balancer')
    expect(text).toMatch(/API server etcd workloads/)
    expect(text).not.toMatch(/HAProxy|workers/)
  })

  test('tells machines that were not read, and those left out, from those that do not change', () => {
    const all = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a' })])])
    const nodes = all.nodes
      .filter(({ name }) => name !== 'm3')
      .map((node) => ({ ...node, reachable: node.name !== 'm2' }))
    const text = textOf(`<body>${picture(renderHtml({ ...all, nodes, complete: false }), 'wide')}`)
    expect(text).toMatch(/m2 10\.0\.0\.12 HAProxy keepalived API server etcd ! NOT READ/)
    expect(text).toMatch(/m3 10\.0\.0\.13 HAProxy keepalived API server etcd left out/)
    expect(text).toMatch(/w1 10\.0\.0\.21 workloads no change/)
  })

  test('draws machines together to which the same happens, the worst first', () => {
    const document = bootstrapOf({ masters: 3, workers: 30 })
    const ops = document.ops.map((op) =>
      op.id === 'w7:file:/etc/crictl.yaml' ? { ...op, disruption: 'reboot' as const } : op,
    )
    const text = textOf(`<body>${picture(renderHtml({ ...document, ops }), 'wide')}`)
    expect(text).toMatch(/30 workers .*w7 10\.0\.2\.7 .*! 1 reboot .*29 machines w1\.\.w6,w8\.\.w30/)
  })
})

describe('text from elsewhere', () => {
  test('can never become markup, whatever it holds', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</pre><script>', '"><b onx=1>', "'", '&lt;', '-->'),
    )
    fc.assert(
      fc.property(anything, anything, anything, (name, note, after) => {
        const op = sampleOp({ name, change: { summary: note, notes: [note], after } })
        const document = sampleDocument([sampleStep(note, [op])], {
          findings: [{ id: name as CheckId, severity: 'fatal', message: note, fix: after }],
          unknown: [{ node: 'm1', step: name, resource: note, reason: after }],
        })
        const page = renderHtml({ ...document, cluster: { ...document.cluster, name } })
        expect(nesting(page)).toBeLessThan(20)
        expect(page).not.toMatch(/<(?:script|b)\b/)
      }),
      { numRuns: runs(200) },
    )
  })

  test('shows control characters in words, and marks of direction too', () => {
    expect(html`${'\u001b[2J\u202e'}`.markup).toBe('\\x1b[2J\\u202e')
    expect(html`<i title="${'"<'}">${['a', html`<br />`, 1, undefined]}</i>`.markup).toBe(
      '<i title="&quot;&lt;">a<br />1</i>',
    )
  })
})

describe('the colours', () => {
  const channel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
  const light = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => channel(parseInt(colour.slice(at, at + 2), 16) / 255))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (a: string, b: string): number => {
    const [dark = 0, bright = 0] = [light(a), light(b)].sort((x, y) => x - y)
    return (bright + 0.05) / (dark + 0.05)
  }

  test.each<[string, Palette]>([
    ['light', LIGHT],
    ['dark', DARK],
  ])('can be read by everybody (WCAG AA): %s', (_, palette) => {
    const weak = PAIRS.filter(([text, ground]) => contrast(palette[text], palette[ground]) < 4.5)
    expect(weak).toEqual([])
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  })
})

test('a plan for 200 machines is rendered in under 3 s, and is short to read', () => {
  const document = bootstrapOf({ masters: 5, workers: 195 })
  const started = process.cpuUsage()
  const page = renderHtml(document)
  const { user, system } = process.cpuUsage(started)
  expect((user + system) / 1e6).toBeLessThan(3)
  expect(page.length).toBeLessThan(400_000)
  expect(textOf(page)).toContain('w1..w195 195 nodes, each:')
  expect(textOf(page)).toContain('195 machines w1..w195')
})

test('a step with many groups of nodes is folded group by group', () => {
  const nodes = ['m1', 'm2', 'm3', 'w1']
  const ops = nodes.flatMap((node, index) => onNodes([node], { name: `/file-${String(index)}` }))
  expect(renderHtml(sampleDocument([sampleStep('kernel', ops)]))).not.toContain('class="group"')
  const more = [...ops, sampleOp({ node: 'cluster', name: '/all' })]
  expect(renderHtml(sampleDocument([sampleStep('kernel', more)])).match(/<details class="group">/g)).toHaveLength(5)
})
