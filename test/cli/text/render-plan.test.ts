import { describe, expect, test } from 'vitest'
import { plain } from '../../../src/cli/render/colour.js'
import { renderDrift } from '../../../src/cli/text/render-drift.js'
import { nextCommand } from '../../../src/cli/render/plan-closing.js'
import { isNoOp, renderPlan } from '../../../src/cli/text/render-plan.js'
import type { PlanDocument } from '../../../src/document/plan-document.js'
import { TripodError } from '../../../src/errors.js'
import { onNodes, sampleCluster, sampleDocument, sampleOp, sampleStep } from '../sample-plan.js'

const ALL = ['m1', 'm2', 'm3', 'w1']
const show = (plan: PlanDocument, options: { full?: boolean } = {}): string =>
  renderPlan(plan, {
    paint: plain,
    full: options.full ?? false,
    closing: isNoOp(plan) ? undefined : nextCommand(plan),
  })
const numbered = (from: number, to: number, prefix = 'line'): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix} ${String(from + index)}\n`).join('')

function bootstrap(): PlanDocument {
  const before = 'UUID=1 / ext4 defaults 0 1\n/dev/sdb none swap sw 0 0\n'
  const after = 'UUID=1 / ext4 defaults 0 1\n#tripod /dev/sdb none swap sw 0 0\n'
  return sampleDocument([
    sampleStep('swap', [
      ...onNodes(ALL, {
        kind: 'edit',
        name: '/etc/fstab',
        action: 'update',
        change: { summary: '1 line commented out', notes: [], before, after },
      }),
      ...onNodes(ALL, {
        kind: 'command',
        name: 'swapoff',
        action: 'run',
        change: { summary: 'swapoff -a', notes: ['undo: swapon -a'] },
      }),
    ]),
    sampleStep('container-runtime', [
      sampleOp({
        name: '/etc/crictl.yaml',
        change: { summary: '0644 root:root  1 line', notes: [], after: 'timeout: 10\n' },
      }),
      ...onNodes(['m2', 'm3'], {
        kind: 'package',
        name: 'containerd',
        action: 'update',
        change: { summary: '1.6.20 -> 1.7.24, held', notes: [] },
      }),
      ...onNodes(['m2', 'm3'], {
        kind: 'service',
        name: 'containerd.service',
        action: 'update',
        disruption: 'restart',
        change: { summary: 'restart', notes: [] },
      }),
      sampleOp({
        node: 'w1',
        kind: 'service',
        name: 'containerd.service',
        action: 'update',
        certainty: 'maybe',
        decidedBy: 'w1:package:containerd',
        disruption: 'restart',
        change: { summary: 'restart', notes: [] },
      }),
    ]),
  ])
}

describe('the plan as text', () => {
  test('has its headline first and last, disruption before content, and equal nodes in one block', () => {
    expect(show(bootstrap())).toMatchInlineSnapshot(`
      "tripod plan - cluster lab, 3 masters, 1 worker, inventory lab.yaml    read 4 of 4 nodes in 0.9 s
      Plan: 1 create, 8 update, 0 replace, 0 delete, 4 run | 2 restarts, 0 reboots, 0 data loss | 1 maybe | 4 nodes

      ! Disruption: containerd restarts on m2,m3
      ? Possible disruption: containerd restarts on w1
      Undo       every change can be undone; original files are kept on the nodes

      swap                                                m1,m2,m3,w1 identical
        ~ edit     /etc/fstab                             1 line commented out
            @@ -1,2 +1,2 @@
             UUID=1 / ext4 defaults 0 1
            -/dev/sdb none swap sw 0 0
            +#tripod /dev/sdb none swap sw 0 0
        > command  swapoff                                swapoff -a; undo: swapon -a
      container-runtime                                   m1
        + file     /etc/crictl.yaml                       0644 root:root  1 line
            +timeout: 10
      container-runtime                                   m2,m3 identical
        ~ package  containerd                             1.6.20 -> 1.7.24, held
        ~ service  containerd.service                     restart
      container-runtime                                   w1
        ? service  containerd.service                     maybe restart (depends on w1:package:containerd)

      Plan: 1 create, 8 update, 0 replace, 0 delete, 4 run | 2 restarts, 0 reboots, 0 data loss | 1 maybe | 4 nodes
      Next: tripod apply -i lab.yaml"
    `)
  })

  test('counts what stops as no restart, and says that it stops', () => {
    const stop = { kind: 'service', action: 'update', disruption: 'stop', units: ['keepalived.service'] } as const
    const removal = sampleOp({
      kind: 'command',
      name: 'remove-ntpsec',
      node: 'm1',
      action: 'run',
      disruption: 'stop',
      units: ['ntpsec.service'],
      change: { summary: 'remove package ntpsec', notes: [] },
    })
    const text = show(
      sampleDocument([
        sampleStep('load-balancer', onNodes(['m1', 'm2'], { name: 'keepalived.service', ...stop })),
        sampleStep('time-sync', [removal]),
      ]),
    )
    expect(text).toMatch(/^Plan: .* \| 0 restarts, 0 reboots, 0 data loss \|/m)
    expect(text).toContain('! Disruption: keepalived stops on m1,m2; ntpsec stops on m1')
  })

  test('of nothing to do is one line', () => {
    expect(show(sampleDocument([]))).toBe('No changes. 4 nodes match lab.yaml.')
  })

  test('names PARTIAL PLAN in both headlines and repeats the selectors in the next command', () => {
    const selectors = { nodes: ['m1'], steps: ['kernel'] }
    const text = show(
      sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a' })])], { complete: false, selectors }),
    )
    expect(text.split('\n').filter((line) => line.startsWith('PARTIAL PLAN: '))).toHaveLength(2)
    expect(text).toContain('Next: tripod apply -i lab.yaml --node m1 --step kernel')
    expect(show(sampleDocument([], { complete: false }))).toMatch(/^PARTIAL PLAN: No changes\./)
  })

  test('names OFFLINE PLAN in both headlines and offers no apply', () => {
    const plan = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a' })])], {
      mode: 'offline',
      applyable: false,
    })
    const lines = show(plan).split('\n')
    expect(lines.filter((line) => line.startsWith('OFFLINE PLAN: '))).toHaveLength(2)
    expect(lines[0]).toContain('offline: no machine was contacted')
    expect(show(plan)).not.toContain('tripod apply')
  })

  test('names unreachable nodes, unread resources and findings with their fixes, and cannot be applied', () => {
    const [first, ...others] = sampleCluster().nodes.map((node) => ({ node, reachable: true, problems: [] }))
    if (first === undefined) throw new Error('no node')
    const problem = new TripodError('NODE_UNREACHABLE', 'm1: no SSH connection to 10.0.0.11:22', 'Check it.')
    const plan = sampleDocument([], {
      applyable: false,
      nodes: [{ ...first, reachable: false, problems: [problem] }, ...others],
      unknown: [{ node: 'm2', step: 'swap', resource: 'edit:/etc/fstab', reason: 'permission denied' }],
      findings: [
        { id: 'P11', severity: 'fatal', accepted: true, node: 'm3', message: 'little memory', fix: 'Add some.' },
        { id: 'P05', severity: 'fatal', node: 'w1', message: 'port 6443 is taken', fix: 'Stop haproxy.' },
      ],
    })
    const text = show(plan)
    expect(text).toContain('! m1: NODE_UNREACHABLE m1: no SSH connection to 10.0.0.11:22\n    Fix: Check it.')
    expect(text).toContain('! m2: edit:/etc/fstab (swap) could not be read: permission denied')
    expect(text).toContain(
      '! P05 fatal: w1: port 6443 is taken\n    Fix: Stop haproxy.\n! P11 accepted by the inventory: m3:',
    )
    expect(text).toContain('1 NOT READ')
    expect(text).not.toContain('No changes')
    expect(text).not.toContain('Next: tripod apply')
  })

  test('shows 20 changed lines from each end of a long diff and counts the rest; --full shows all', () => {
    const change = { summary: '', notes: [], before: numbered(1, 30, 'old'), after: numbered(1, 30, 'new') }
    const plan = sampleDocument([sampleStep('kernel', [sampleOp({ name: '/a', action: 'update', change })])])
    const changes = (text: string): number => text.split('\n').filter((line) => /^ {6}[-+]/.test(line)).length
    expect(changes(show(plan))).toBe(40)
    expect(show(plan)).toContain('... 20 more changed lines; --full shows them')
    expect(changes(show(plan, { full: true }))).toBe(60)
  })

  test('never shows the texts of a sensitive file, even when they are in the plan', () => {
    const change = { summary: 'secret, changes', notes: [], before: 'old canary', after: 'new canary' }
    const plan = sampleDocument([
      sampleStep('kernel', [sampleOp({ name: '/k', action: 'update', sensitive: true, change })]),
    ])
    expect(show(plan, { full: true })).toContain('secret, changes')
    expect(show(plan, { full: true })).not.toContain('canary')
  })

  test('cannot be made to send control characters to the terminal by anything a machine says', () => {
    const evil = '\u001b]0;owned\u0007\u001b[2J\r\u009b31m\u202e'
    const change = { summary: evil, notes: [evil], before: `${evil}\n`, after: `x${evil}\n` }
    const plan = sampleDocument(
      [
        sampleStep('kernel', [
          sampleOp({ name: `/a${evil}\nb`, action: 'update', change, reason: { code: 'drift', text: evil } }),
        ]),
      ],
      {
        unknown: [{ node: 'm1', step: 'swap', resource: evil, reason: evil }],
        findings: [{ id: 'P01', severity: 'warning', message: evil, fix: evil }],
      },
    )
    for (const text of [show(plan), renderDrift(plan, { paint: plain, full: true })]) {
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      expect(text).toContain('\\x1b[2J')
    }
  })

  test('says in the plan how many managed resources drifted', () => {
    const drifted = sampleOp({ name: '/a', action: 'update', reason: { code: 'drift', text: 'edited by hand' } })
    const text = show(sampleDocument([sampleStep('kernel', [drifted, sampleOp({ name: '/b' })])]))
    expect(text).toContain(
      'Drift (1 managed resource differs from the last apply; this plan resets 1): run `tripod drift -i lab.yaml`',
    )
    expect(text).toMatch(/~ file {5}\/a .*drift: edited by hand/)
  })
})

test('a note that is the reason too is told once', () => {
  const change = { summary: 'set 5 kernel settings', notes: ['ip_forward is 0, wanted 1', 'undo: the old values'] }
  const reason = { code: 'drift', text: 'ip_forward is 0, wanted 1' } as const
  const text = show(
    sampleDocument([
      sampleStep('kernel', [sampleOp({ name: 'load-sysctl', kind: 'command', action: 'run', change, reason })]),
    ]),
  )
  expect(text.split('ip_forward is 0')).toHaveLength(2)
})

describe('drift as text', () => {
  test('shows also what a killed run began: nobody can tell whether it or a hand left it so', () => {
    const unfinished = sampleOp({ name: '/a', node: 'w1', reason: { code: 'unfinished', text: 'has other content' } })
    const text = renderDrift(sampleDocument([sampleStep('kernel', [unfinished])]), { paint: plain, full: false })
    expect(text).toContain('unfinished: has other content')
  })

  test('shows only what moved since the last apply', () => {
    const drifted = sampleOp({ name: '/a', node: 'w1', reason: { code: 'drift', text: 'edited' } })
    const text = renderDrift(sampleDocument([sampleStep('kernel', [drifted, sampleOp({ name: '/b' })])]), {
      paint: plain,
      full: false,
    })
    expect(text).toContain('Drift: 1 resource on 1 node moved since the last apply')
    expect(text).toContain('/a')
    expect(text).not.toContain('/b')
  })

  test('of a node that could not be read is not called "no drift" for that node', () => {
    const nodes = sampleCluster().nodes.map((node) => ({ node, reachable: node.name !== 'm1', problems: [] }))
    const text = renderDrift(sampleDocument([], { nodes }), { paint: plain, full: false })
    expect(text).toBe('! m1: was not reached\nNo drift on 3 nodes. 1 node could not be read.')
  })
})
