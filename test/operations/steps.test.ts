import { describe, expect, test } from 'vitest'
import { undone, undoNeeds } from '../../src/resources/command.js'
import type { Readings } from '../../src/resources/readings.js'
import type { CommandResource } from '../../src/resources/resource.js'
import { sh } from '../../src/shell.js'
import { steps } from '../../src/steps/index.js'
import type { NodeRef } from '../../src/operations/node-ref.js'
import { removeSteps } from '../../src/operations/remove/steps.js'
import { replace } from '../../src/operations/replace/index.js'
import { resetSteps } from '../../src/operations/reset/steps.js'
import type { RunInput } from '../../src/engine/run-types.js'
import type { StepContext } from '../../src/steps/step.js'
import { undoKubeadm } from '../../src/steps/kubeadm/undo-kubeadm.js'
import { contextWith } from '../steps/context.js'
import { parses } from '../steps/run-script.js'
import { said } from '../said.js'

interface Targets {
  readonly nodes: readonly NodeRef[]
  readonly gone: boolean
}
const stepsOf = (targets: Targets) => removeSteps({ kind: 'remove', ...targets }, steps)
const ids = (targets: Targets): readonly string[] => stepsOf(targets).map(({ id }) => id)
const base = contextWith()
const named = (name: string, last: number) => ({ ...base.node, name, address: `10.0.0.${last}` })
const NODES = [named('m1', 11), named('m2', 12), named('m3', 13)]
const cluster = { ...base.cluster, nodes: NODES }
const topology = {
  states: { m1: 'control-plane-ready', m2: 'control-plane-ready', m3: 'control-plane-ready' },
  acting: 'm1',
} as const
const on = (name: string, members = 3): StepContext => ({
  ...base,
  cluster,
  topology,
  node: NODES.find((node) => node.name === name) ?? base.node,
  facts: {
    ...base.facts,
    kubernetes: {
      ...base.facts.kubernetes,
      members: NODES.slice(0, members).map((node, index) => ({
        id: String(index + 1),
        name: node.name,
        peerURLs: [],
        learner: false,
      })),
    },
  },
  seen: NODES.map((node) => ({ node, facts: base.facts })),
})

describe('a reset of the whole cluster', () => {
  test('takes back what was done last first, and asks nobody to stay', () => {
    const all = resetSteps({ kind: 'reset', nodes: NODES }, steps).map(({ id }) => id)
    expect(all).toEqual(steps.map(({ id }) => `undo-${id}`).toReversed())
  })
})

describe('a reset of nodes of a cluster that goes on', () => {
  const targets = { nodes: NODES.slice(2), gone: false }

  test('lets the VIP move, tells the others, and leaves, before anything is taken back', () => {
    expect(ids(targets).slice(0, 6)).toEqual([
      'undo-load-balancer',
      'host-identity',
      'security',
      'load-balancer',
      'leave',
      'undo-kubeconfig',
    ])
    expect(ids({ ...targets, gone: true })).toEqual(['leave', 'host-identity', 'security', 'load-balancer'])
  })

  test('who is gone is forgotten without a drain', () => {
    const leave = stepsOf({ ...targets, gone: true })[0]
    const [command] = (leave?.resources(on('m1')) ?? []) as readonly CommandResource[]
    expect(command?.summary).toBe('take member 3 out of etcd; kubectl delete node m3')
    expect(command?.disruption).toBeUndefined()
  })

  test('a machine that is lost is forgotten before anything else, and all else is an apply', () => {
    const [lost] = NODES.slice(2)
    const input = { cluster, steps } as unknown as RunInput
    const intent = { kind: 'replace', node: lost ?? base.node, by: 'm4' } as const
    const all = replace.prepare(intent, input).steps.map(({ id }) => id)
    expect(all).toEqual(['leave', ...steps.map(({ id }) => id)])
  })

  test('leaves through a master that stays: pods, the member of etcd by its number, the Node', () => {
    const leave = stepsOf(targets).find(({ id }) => id === 'leave')
    expect(NODES.filter((node) => leave?.runsOn(node, on('m1')))).toEqual([NODES[0]])
    const [command] = (leave?.resources(on('m1')) ?? []) as readonly CommandResource[]
    expect(command?.summary).toBe('kubectl drain m3; take member 3 out of etcd; kubectl delete node m3')
    expect(command).toMatchObject({ disruption: 'drain', about: 'm3' })
    expect(command?.run.text).toContain(`'{"ID":"3"}'`)
    expect([command?.run ?? sh``, command?.doneWhen ?? sh``].map(parses)).toEqual([true, true])
    const [without] = (leave?.resources(on('m1', 2)) ?? []) as readonly CommandResource[]
    expect(without?.summary).toBe('kubectl drain m3; kubectl delete node m3')
  })

  test('does not drain a machine that was made anew: no kubelet is there to end a pod', () => {
    const context = { ...on('m1'), topology: { ...topology, states: { ...topology.states, m3: 'fresh' as const } } }
    const [command] = (stepsOf(targets)
      .find(({ id }) => id === 'leave')
      ?.resources(context) ?? []) as readonly CommandResource[]
    expect(command?.summary).toBe('take member 3 out of etcd; kubectl delete node m3')
  })

  test('names the budget that keeps a pod, and pods that nothing would start again', () => {
    const [command] = (stepsOf(targets)
      .find(({ id }) => id === 'leave')
      ?.resources(on('m1')) ?? []) as readonly CommandResource[]
    const waits = (pod: string) => `disruption budget shop/cart keeps pod shop/${pod} on m3 (2 healthy, 2 wanted)`
    const retried = `evicting pod shop/cart-7\nerror when evicting pods/"cart-7" -n "shop" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.`
    const ended = `There are pending pods in node "m3" when an error occurred: [error when evicting pods/"cart-7" -n "shop": global timeout reached: 5m0s]`
    const blocked = [waits('cart-6'), retried, waits('cart-7'), ended, waits('cart-7'), 'm3 is not drained'].join('\n')
    const kept = command?.explain?.(blocked)
    expect(kept?.message).toBe('disruption budget shop/cart keeps pod shop/cart-7 on m3')
    expect(said(kept?.fix)).toMatch(/kubectl edit pdb -n shop cart.*kubectl uncordon m3/)
    expect(command?.news?.test(waits('cart-7'))).toBe(true)
    const slow = 'error when waiting for pod "cart-8" in namespace "shop" to terminate: global timeout reached: 5m0s\nm3 is not drained' // prettier-ignore
    expect(command?.explain?.(slow)?.message).toBe('pod cart-8 is still on m3')
    const bare = [
      'error: unable to drain node "m3" due to error: cannot delete Pods that declare no controller (use --force to override): default/alone, continuing command...\nThere are pending nodes to be drained:\n m3',
      'error: cannot delete Pods not managed by ReplicationController, ReplicaSet, Job, DaemonSet or StatefulSet (use --force to override): default/alone',
    ]
    for (const output of bare) expect(command?.explain?.(output)?.message).toMatch(/: default\/alone$/)
    expect(said(command?.explain?.(bare[0] ?? '')?.fix)).not.toContain('uncordon')
    expect(command?.explain?.('The connection was refused')).toBeUndefined()
  })

  test('finds machines that were never brought in, or are back to nothing, left out of what the others are told', () => {
    const context = { ...on('m1'), topology: { ...topology, states: { ...topology.states, m2: 'fresh' as const } } }
    for (const gone of [true, false]) {
      const balancer = stepsOf({ ...targets, gone }).find(({ id }) => id === 'load-balancer')
      expect(balancer?.runsOn(NODES[1] ?? base.node, context)).toBe(false)
      const written = JSON.stringify(balancer?.resources(context))
      expect(['m1', 'm2', 'm3'].map((name) => written.includes(`server ${name}`))).toEqual([true, false, false])
    }
  })

  test('is no part of what the others are told', () => {
    const balancer = stepsOf(targets).find(({ id }) => id === 'load-balancer')
    expect(balancer?.runsOn(NODES[2] ?? base.node, on('m3'))).toBe(false)
    const written = JSON.stringify(balancer?.resources(on('m1')))
    expect([written.includes('server m2'), written.includes('server m3')]).toEqual([true, false])
  })
})

describe('what takes a command back', () => {
  const readings = (code: number, output = ''): Readings =>
    ({ check: () => ({ state: 'present', code, output }) }) as unknown as Readings
  const command = (undo: CommandResource['undo'], rest: Partial<CommandResource> = {}): CommandResource => ({
    kind: 'command',
    id: 'one',
    summary: 'do one',
    run: sh`true`,
    doneWhen: sh`true`,
    doneText: 'it is done',
    undo,
    ...rest,
  })
  const taken = { run: (before: string) => sh`echo ${before}`, summary: 'undo one' }

  test('is run where it was done, with what was remembered', () => {
    const verdict = undone(command(taken, { remember: sh`true` }), 'old', readings(0))
    expect(verdict).toMatchObject({ state: 'differs', difference: { action: 'run', act: { script: sh`echo old` } } })
    expect(undone(command(taken), null, readings(1))).toEqual({ state: 'same' })
  })

  test('is not run where the command never ran', () => {
    expect(undone(command(taken, { remember: sh`true` }), null, readings(0))).toEqual({ state: 'same' })
    expect(undone(command('nothing'), null, readings(0))).toEqual({ state: 'same' })
    expect(undoNeeds(command('nothing'))).toEqual({})
  })

  test('is unknown where that cannot be told, or nothing takes it back', () => {
    expect(undone(command(taken), null, readings(2, 'no answer'))).toMatchObject({ state: 'unknown' })
    expect(undone(command('impossible'), null, readings(0))).toMatchObject({ state: 'unknown' })
  })

  test('of kubeadm tells by itself whether there is anything, and costs data', () => {
    expect(undoKubeadm.disruption).toBe('data-loss')
    expect([undoKubeadm.run(''), undoKubeadm.neededWhen ?? sh``].map(parses)).toEqual([true, true])
    const verdict = undone(command(undoKubeadm), null, readings(0, '/etc/kubernetes/kubelet.conf is there'))
    expect(verdict).toMatchObject({ difference: { reason: { text: '/etc/kubernetes/kubelet.conf is there' } } })
  })
})

test('what programs leave beside the files of their package is known, and goes with it', () => {
  const resources = steps
    .filter((step) => step.runsOn(on('m1').node, on('m1')))
    .flatMap((step) => step.resources(on('m1')))
  const left = resources.flatMap((one) => (one.kind === 'package' && one.data?.length ? [[one.name, one.data]] : []))
  expect(Object.fromEntries(left)).toEqual({
    containerd: ['/var/lib/containerd', '/opt/containerd'],
    kubelet: ['/usr/libexec/kubernetes', '/var/log/pods', '/var/log/containers'],
    'kubernetes-cni': ['/opt/cni', '/var/lib/cni'],
    haproxy: ['/var/lib/haproxy'],
    keepalived: ['/etc/iproute2/rt_addrprotos.d', '/etc/iproute2'],
  })
})
