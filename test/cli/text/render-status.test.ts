import { describe, expect, test } from 'vitest'
import { plain } from '../../../src/cli/render/colour.js'
import { renderStatus } from '../../../src/cli/text/render-status.js'
import { TripodError } from '../../../src/errors.js'
import { judge } from '../../../src/status/judge.js'
import type { NodeStatus } from '../../../src/status/status.js'
import type { LookedAt } from '../../../src/status/assemble.js'
import { answering, sightWith, type Differences } from '../../status/sight.js'

const shown = (differs: Differences = {}) => renderStatus(judge(sightWith(differs)), plain)

describe('the status as people see it', () => {
  test('is a table for each part, and a line that says it all', () => {
    expect(shown()).toBe(`NODE  ROLES          STATE                READY  KUBELET  CONTAINERD  CLOCK
m1    control-plane  control-plane-ready  yes    1.22.17  1.6.20      +0.000 s +-0.000 s
m2    control-plane  control-plane-ready  yes    1.22.17  1.6.20      +0.000 s +-0.000 s
m3    control-plane  control-plane-ready  yes    1.22.17  1.6.20      +0.000 s +-0.000 s

ETCD  MEMBER  ANSWERS
m1    voter   yes      leader
m2    voter   yes
m3    voter   yes
of 3 voters 3 answer, 2 must

API SERVER  READY
m1          yes
m2          yes
m3          yes

LOAD BALANCER  10.0.0.10  HAPROXY  KEEPALIVED  -> m1  -> m2  -> m3
m1             here       active   active      UP     UP     UP
m2                        active   active      UP     UP     UP
m3                        active   active      UP     UP     UP

https://10.0.0.10:6443 FROM  READY  DNS
m1                           yes    yes
m2                           yes    yes
m3                           yes    yes

SYSTEM PODS             AVAILABLE
kube-system/coredns     2 of 2
kube-system/kube-proxy  3 of 3

CERTIFICATES  LEFT      UNTIL       THE FIRST TO EXPIRE
m1            363 days  2027-11-21  /etc/kubernetes/pki/apiserver-kubelet-client.crt
m2            363 days  2027-11-21  /etc/kubernetes/pki/apiserver-kubelet-client.crt
m3            363 days  2027-11-21  /etc/kubernetes/pki/apiserver-kubelet-client.crt

lab is healthy.`)
  })

  test('shows how far off a clock may be, and no decimal beyond that', () => {
    const clockOf = (offsetSeconds: number, uncertaintySeconds: number): string | undefined => {
      const m2 = (well: LookedAt): LookedAt => ({
        ...well,
        ...(well.facts && { facts: { ...well.facts, clock: { epochSeconds: 1, offsetSeconds, uncertaintySeconds } } }),
      })
      return /^m2 .*1\.6\.20 +(.*)$/m.exec(shown({ looked: { m2 } }))?.[1]
    }
    expect(clockOf(0.31, 0.18)).toBe('+0.3 s +-0.2 s')
    expect(clockOf(-0.03, 0.018)).toBe('-0.03 s +-0.02 s')
    expect(clockOf(-0.0004, 0.0021)).toBe('+0.000 s +-0.003 s')
    // The true value stays within it.
    expect(clockOf(0.349, 0.2)).toBe('+0.3 s +-0.3 s')
  })

  test('has a question mark for what nobody could tell, and one line for each finding', () => {
    const text = shown({
      looked: {
        m2: answering({ endpoint: { ready: false, said: 'no\u001b[2J answer' } }),
        m3: ({ node }) => ({ node, problem: new TripodError('NODE_UNREACHABLE', 'm3: no\nroute', 'Check\nit.') }),
      },
    })
    expect(text).toContain('m3    control-plane  NOT READ             yes    1.22.17  1.6.20      ?\n')
    expect(text).toContain('m3    voter   ?\nof 3 voters 2 answer, 2 must\n')
    expect(text).toContain('\nm3             ?          ?        ?           ?      ?      ?\n')
    expect(text).toContain('\nm3            ?         ?           ?\n')
    expect(text.split('\n\n').slice(-2).join('\n')).toBe(
      [
        '! m3: could not be read: NODE_UNREACHABLE m3: no route. Next: Check it',
        '! https://10.0.0.10:6443 does not serve m2: no\\x1b[2J answer. Next: tripod doctor -i inventory.yaml',
        'lab is not healthy: 2 findings.',
      ].join('\n'),
    )
  })

  test('asks nothing of a host of the load balancer that only masters and workers have', () => {
    const { nodes, ...status } = judge(sightWith())
    const host = { ...nodes[0], name: 'lb1', roles: ['load-balancer'], ready: null, kubelet: null, containerd: null }
    const text = renderStatus({ ...status, nodes: [host as NodeStatus] }, plain)
    expect(text).toMatch(/^lb1 +load-balancer +\S+ +- +- +- +\+0.000 s \+-0.000 s$/m)
  })

  test('has nothing but the nodes before there is a cluster', () => {
    const text = shown({ states: { m1: 'fresh', m2: 'fresh', m3: 'fresh' }, init: 'm1' })
    expect(text).toContain('m1    control-plane  fresh')
    expect(text).not.toContain('ETCD')
    expect(text).toContain(
      '! lab is not initialised: no master has a cluster yet. Next: tripod apply -i inventory.yaml\n',
    )
  })
})
