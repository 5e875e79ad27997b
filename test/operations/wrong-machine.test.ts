import { describe, expect, test } from 'vitest'
import { leavingFindings } from '../../src/operations/leaving/findings.js'
import type { KubernetesFacts } from '../../src/facts/facts.js'
import type { Node } from '../../src/inventory/cluster.js'
import type { NodeState } from '../../src/topology.js'
import { contextWith } from '../steps/context.js'
import { said } from '../said.js'

const base = contextWith()
const nodeOf = (name: string, address: string): Node => ({
  ...base.node,
  name,
  address,
  roles: [name.startsWith('m') ? 'control-plane' : 'worker'],
})
const NODES = [
  nodeOf('m1', '10.0.0.11'),
  nodeOf('m2', '10.0.0.12'),
  nodeOf('w1', '10.0.0.21'),
  nodeOf('w2', '10.0.0.22'),
]
const member = (name: string, address: string) => ({
  id: `1${name}`,
  name,
  peerURLs: [`https://${address}:2380`],
  learner: false,
})

interface Around {
  readonly nodes?: readonly Node[]
  readonly hostnames?: Readonly<Record<string, string>>
  readonly states?: Readonly<Record<string, NodeState>>
  readonly kubernetes?: Partial<KubernetesFacts>
}

function refusals(going: Node, gone: boolean, { nodes = NODES, hostnames = {}, states = {}, kubernetes }: Around = {}) {
  const state = ({ name }: Node): NodeState => (name.startsWith('m') ? 'control-plane-ready' : 'worker-ready')
  const seen = nodes.map((node) => ({
    node,
    facts: {
      ...base.facts,
      identity: { ...base.facts.identity, hostname: hostnames[node.name] ?? node.name },
      kubernetes: { ...base.facts.kubernetes, readyNodes: [], ...kubernetes },
    },
  }))
  const topology = { states: { ...Object.fromEntries(nodes.map((node) => [node.name, state(node)])), ...states } }
  const context = { cluster: { ...base.cluster, nodes }, topology, seen }
  return leavingFindings({ nodes: [going], gone }, context).filter(({ id }) => id === 'P62')
}

describe('a node whose address is that of another one by now', () => {
  const former = nodeOf('w9', '10.0.0.22')

  test('is not taken back there', () => {
    const [found] = refusals(former, false, { nodes: [...NODES, former] })
    expect(found).toMatchObject({ severity: 'fatal', node: 'w9' })
    expect(found?.message).toContain('10.0.0.22 leads to w2')
    expect(said(found?.fix)).toContain('tripod node remove w9 --forget')
  })

  test('may be forgotten', () => {
    expect(refusals(former, true)).toEqual([])
  })

  test('is not forgotten with the member of etcd that the other one is', () => {
    const kubernetes = { members: [member('m1', '10.0.0.11'), member('m2', '10.0.0.12')] }
    const master = nodeOf('m9', '10.0.0.12')
    for (const [gone, nodes] of [
      [true, NODES],
      [false, [...NODES, master]],
    ] as const)
      expect(refusals(master, gone, { nodes, kubernetes })[0]?.fix).toContain('kubectl')
  })

  test('is forgotten where that one has yet to join', () => {
    const kubernetes = { members: [member('m1', '10.0.0.11'), member('m9', '10.0.0.12')] }
    expect(refusals(nodeOf('m9', '10.0.0.12'), true, { kubernetes })).toEqual([])
  })
})

describe('a machine that joined under the name of another node', () => {
  const w2 = nodeOf('w2', '10.0.0.22')

  test('is not taken for the one that is named', () => {
    expect(refusals(w2, false, { hostnames: { w2: 'w1' } })[0]?.message).toContain('leads to w1')
    const kubernetes = { nodes: ['m1', 'm2', 'w1', 'w2', 'w7'] }
    expect(refusals(w2, false, { hostnames: { w2: 'w7' }, kubernetes })[0]?.message).toContain('leads to w7')
  })

  test('is itself where nobody else is called so, or where it is clean and has its old name back', () => {
    expect(refusals(w2, false)).toEqual([])
    expect(refusals(w2, false, { hostnames: { w2: 'localhost' } })).toEqual([])
    expect(refusals(w2, false, { hostnames: { w2: 'w1' }, states: { w2: 'prepared' } })).toEqual([])
  })
})
