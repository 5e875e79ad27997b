import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Facts, TimeFacts } from '../../../src/facts/facts.js'
import { offsetOf } from '../../../src/facts/clock-offset.js'
import { clusterOf, findingsFor, soundFacts } from '../machines.js'

const daemon = (unit: string) => ({ unit, enablement: 'enabled', active: true })
const time = (differs: Partial<TimeFacts>): { readonly m1: Partial<Facts> } => ({
  m1: { time: { daemons: [], synchronized: false, adjustable: true, ...differs } },
})
const SERVERS = { time: { servers: ['10.0.0.1'] } }
const messages = (differs: Partial<TimeFacts>, cluster = {}) =>
  findingsFor({ facts: time(differs), cluster }).map(({ id, severity, message }) => `${id} ${severity} ${message}`)

describe('who keeps the clock', () => {
  test('a container that may not set it is left alone, and named', () => {
    const told = 'P09 warning m1 is a container (kvm) that shares the clock of its host: tripod leaves it alone'
    expect(messages({ adjustable: false })).toEqual([told])
    expect(messages({ adjustable: false }, SERVERS)).toEqual([told])
  })

  test('right after its start chrony is not synchronised yet', () => {
    const started = (unit: string, activeSeconds: number) => messages({ daemons: [{ ...daemon(unit), activeSeconds }] })
    expect(started('chrony.service', 20)).toEqual([])
    expect(started('chrony.service', 70)).toEqual([expect.stringContaining('not synchronised')])
  })

  test('another daemon is content with itself, or named with the way to chrony', () => {
    const daemons = [daemon('ntpsec.service')]
    expect(messages({ daemons, synchronized: true })).toEqual([])
    expect(messages({ daemons })).toEqual([
      'P09 warning ntpsec.service on m1 is at work, but the clock is not known to be synchronised',
    ])
    expect(findingsFor({ facts: time({ daemons }) })[0]?.fix).toContain('set time.servers in inventory.yaml')
    expect(messages({ daemons }, SERVERS)).toEqual([])
  })

  test('two at once are one too many, unless chrony is to have it alone', () => {
    const daemons = [daemon('chronyd.service'), daemon('ntpd.service')]
    expect(messages({ daemons, synchronized: true })).toEqual([
      'P09 warning chronyd.service and ntpd.service on m1 pull at one clock',
    ])
    expect(messages({ daemons, synchronized: true }, SERVERS)).toEqual([])
  })

  test.each([
    ['is right', { leap: 'Normal', offsetSeconds: -0.4 }, []],
    ['is off', { leap: 'Normal', offsetSeconds: -1.26 }, [/chrony on m1 sees the clock 1\.3 s off/]],
    ['waits', { leap: 'Not synchronised', offsetSeconds: 0 }, [/not synchronised \(Not synchronised\)/]],
    ['says nothing', undefined, [/not synchronised \(it does not answer\)/]],
  ])('chrony that %s', (_, chrony, expected) => {
    const told = messages({ daemons: [daemon('chrony.service')], ...(chrony === undefined ? {} : { chrony }) })
    expect(told).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string))
  })
})

describe('clocks that were read over slow connections', () => {
  const LIMITS = { warning: 1, fatal: 30 }
  const one = fc.record({
    truth: fc.double({ min: -60, max: 60, noNaN: true }),
    there: fc.double({ min: 0, max: 20, noNaN: true }),
    back: fc.double({ min: 0, max: 20, noNaN: true }),
  })
  const found = (read: readonly { truth: number; there: number; back: number }[]) => {
    const facts = clusterOf({}).nodes.map(({ name }, index) => {
      const { truth = 0, there = 0, back = 0 } = read[index] ?? {}
      const offset = offsetOf({ clock: 1000 + there + truth, sentAt: 1000, receivedAt: 1000 + there + back })
      return [name, { clock: { epochSeconds: 1, ...offset } }] as const
    })
    return findingsFor({ facts: Object.fromEntries(facts) }).filter(({ id }) => id === 'P09')
  }

  test('are refused for no more than they are truly off', () => {
    const four = fc.array(one, { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(four, (read) => {
        const middle = read.map(({ truth }) => truth).toSorted((a, b) => a - b)[1] ?? 0
        for (const { node, severity } of found(read)) {
          const index = clusterOf({}).nodes.findIndex(({ name }) => name === node)
          const off = Math.abs((read[index]?.truth ?? 0) - middle)
          expect(off).toBeGreaterThan(LIMITS[severity] - 1e-6)
        }
      }),
    )
  })

  test('are refused for what is certain, and the finding says how certain', () => {
    const right = { truth: 0, there: 0.1, back: 0.1 }
    const [first, ...others] = found([right, right, right, { truth: 40, there: 2, back: 0.5 }])
    expect(others).toEqual([])
    expect(first).toMatchObject({ severity: 'fatal', node: 'w1' })
    expect(first?.message).toMatch(/^Clock of w1 is 40\.\d s ahead of the other nodes, \+-1\.\d s$/)
    expect(found([right, right, right, { truth: 0, there: 9, back: 0 }])).toEqual([])
  })
})

describe('a running control plane', () => {
  const manifests = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
  const files = Object.fromEntries(manifests.map((name) => [`/etc/kubernetes/manifests/${name}.yaml`, 'x']))
  const kubernetes = { files, etcdData: true, apiLive: true, shadowing: [], flags: {}, images: {} }
  // All nodes agree with each other, and not with the operator.
  const facts = (offsetSeconds: number, m1: Partial<Facts> = {}) =>
    Object.fromEntries(
      clusterOf({}).nodes.map((node, index) => {
        const own = soundFacts(node, index)
        const clock = { ...own.clock, offsetSeconds, uncertaintySeconds: 0.5 }
        return [node.name, node.name === 'm1' ? { clock, kubernetes, ...m1 } : { clock }]
      }),
    )
  const refused = (offsetSeconds: number, m1?: Partial<Facts>) =>
    findingsFor({ facts: facts(offsetSeconds, m1) }).filter(({ id }) => id === 'P09')

  test('is not given a chrony that would step its clock by more than a minute', () => {
    expect(refused(-75)).toMatchObject([{ id: 'P09', severity: 'fatal', node: 'm1' }])
    expect(refused(75)[0]?.message).toMatch(/^Clocks of m1 and of this computer are 75 s apart/)
    expect(refused(60.4)).toEqual([])
  })

  test('has its chrony left at work, or its other daemon', () => {
    const chrony = { leap: 'Normal', offsetSeconds: 0 }
    const running = { synchronized: true, adjustable: true, chrony }
    expect(refused(75, { time: { ...running, daemons: [daemon('chrony.service')] } })).toEqual([])
    expect(refused(75, { time: { ...running, daemons: [daemon('ntpsec.service')] } })).toEqual([])
  })
})
