import { describe, expect, test } from 'vitest'
import { openDrill } from '../../src/drill/drill.js'
import { carriersOf, holdersNow, type Look, observerOf } from '../../src/drill/look.js'
import { missingMembers } from '../../src/drill/whole.js'
import { TripodError } from '../../src/errors.js'
import type { Facts } from '../../src/facts/facts.js'
import type { Endpoint, Node } from '../../src/inventory/cluster.js'
import type { NodeState } from '../../src/topology.js'
import { cluster, contextWith, facts } from '../steps/context.js'
import { input } from '../engine/small-lab.js'
import { Machine } from '../engine/machine.js'

const base = contextWith()
const named = (name: string, ...roles: Node['roles']): Node => ({ ...base.node, name, roles })
const MASTERS = ['m1', 'm2', 'm3'].map((name) => named(name, 'control-plane'))
const JOINED: Facts = { ...facts, kubernetes: { ...facts.kubernetes, caCertificate: 'PEM' } }

interface Situation {
  readonly nodes?: readonly Node[]
  readonly layout?: Endpoint['layout']
  readonly outside?: readonly string[]
  readonly states?: Readonly<Record<string, NodeState>>
}

function look({ nodes = MASTERS, layout = 'L3', outside = [], states = {} }: Situation = {}): Look {
  const serving = Object.fromEntries(nodes.map(({ name }) => [name, 'control-plane-ready' as const]))
  return {
    context: {
      cluster: { ...cluster, nodes, endpoint: { ...cluster.endpoint, layout } },
      topology: { states: { ...serving, ...states } },
      seen: nodes.map((node) => ({ node, facts: outside.includes(node.name) ? facts : JOINED })),
      runId: 'r1',
    },
    stations: nodes.map((node) => ({ node, problems: [] })),
    hosts: new Map(nodes.map(({ name }) => [name, new Machine(name)])),
  }
}

describe('the node that asks', () => {
  test('is one beside the load balancer where there is one', () => {
    expect(observerOf(look({ nodes: [...MASTERS, named('w1', 'worker')] }), 'm1').name).toBe('w1')
    const apart = [named('b1', 'load-balancer'), named('b2', 'load-balancer'), ...MASTERS]
    expect(observerOf(look({ nodes: apart, layout: 'L1', outside: ['b1', 'b2'] }), 'b1').name).toBe('m1')
  })

  test('is else the master that gets the VIP last, and never the one that has it', () => {
    expect(observerOf(look(), 'm1').name).toBe('m3')
    expect(observerOf(look(), 'm3').name).toBe('m2')
  })

  test('belongs to the cluster: else there is no authority to verify with', () => {
    const nodes = [...MASTERS, named('w1', 'worker'), named('w2', 'worker')]
    expect(observerOf(look({ nodes, outside: ['w1'] }), 'm1').name).toBe('w2')
    expect(() => observerOf(look({ outside: ['m1', 'm2', 'm3'] }), 'm1')).toThrow(/nowhere to ask/)
  })
})

describe('before a drill', () => {
  test('a master that does not serve, and a host that cannot be reached, are named', () => {
    const nodes = [...MASTERS, named('w1', 'worker')]
    const { context, stations } = look({ nodes, states: { m2: 'control-plane-down', w1: 'fresh' } })
    const problem = new TripodError('NODE_UNREACHABLE', 'm3: no SSH connection', 'Switch it on.')
    const seen = stations.map((one) => (one.node.name === 'm3' ? { ...one, problems: [problem] } : one))
    expect(missingMembers(context, seen)).toEqual([
      'm2: its API server does not serve (control-plane-down)',
      'm3: no SSH connection',
    ])
    expect(missingMembers(look().context, look().stations)).toEqual([])
  })

  test('hosts of the load balancer are those that the layout says', () => {
    const names = (situation: Situation) => carriersOf(look(situation).context.cluster).map(({ name }) => name)
    const nodes = [named('b1', 'load-balancer'), ...MASTERS]
    expect(names({ nodes, layout: 'L1' })).toEqual(['b1'])
    expect(names({})).toEqual(['m1', 'm2', 'm3'])
    expect(names({ layout: 'external' })).toEqual([])
  })

  test('who has the VIP is asked of all; who does not answer has none that could be reached', async () => {
    const hosts = ['m1', 'm2', 'm3'].map((name) => new Machine(name))
    const answers = [
      () => ({ code: 0, stdout: '', stderr: '' }),
      () => ({ code: 0, stdout: '2: eth0 inet 10.0.0.10/32 scope global eth0\n', stderr: '' }),
      () => Promise.reject(new Error('gone')),
    ]
    for (const [index, host] of hosts.entries())
      host.acts = [['ip -o address', answers[index] ?? (() => Promise.reject(new Error()))]]
    expect(await holdersNow('10.0.0.10', hosts)).toEqual(['m2'])
  })

  test('a load balancer that others run, or that is on one host, is refused before anybody is connected to', async () => {
    const connect = () => Promise.reject(new Error('nobody shall be asked'))
    const one = { ...input({ machines: [new Machine('m1')], steps: [] }), connect }
    await expect(openDrill(one)).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      message: expect.stringContaining('runs on m1 alone') as string,
    })
    const endpoint: Endpoint = { layout: 'external', host: 'api.example', port: 6443, apiPort: 6443 }
    await expect(openDrill({ ...one, cluster: { ...one.cluster, endpoint } })).rejects.toMatchObject({
      code: 'PREFLIGHT_FAILED',
      message: expect.stringContaining('api.example is a load balancer that tripod does not run') as string,
    })
  })
})
