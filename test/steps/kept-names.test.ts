import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { withOwnNames } from '../../src/engine/observe/own-names.js'
import type { RunInput } from '../../src/engine/run-types.js'
import type { Facts } from '../../src/facts/facts.js'
import type { Cluster, Node } from '../../src/inventory/cluster.js'
import { initConfiguration, joinConfiguration } from '../../src/steps/kubeadm/kubeadm-config.js'
import { steps } from '../../src/steps/index.js'
import { leave } from '../../src/operations/leaving/leave.js'
import type { StepContext } from '../../src/steps/step.js'
import type { NodeRef } from '../../src/operations/node-ref.js'
import { contextWith, facts as bare } from './context.js'

const base = contextWith()
const named = (name: string, last: number, roles: Node['roles'], more: Partial<Node> = {}): Node => ({
  ...base.node,
  name,
  address: `10.0.0.${last}`,
  roles,
  ...more,
})
const KEEP = { hostName: 'keep' } as const
const NODES = [
  named('m1', 11, ['control-plane'], KEEP),
  named('m2', 12, ['control-plane']),
  named('w1', 21, ['worker'], { ...KEEP, labels: { rack: 'r1' } }),
]
const OWN: Readonly<Record<string, string>> = { m1: 'ip-10-0-0-11.ec2.internal', m2: 'debian', w1: 'Worker-7' }
const factsOf = (name: string, more: Partial<Facts> = {}): Facts => ({
  ...bare,
  identity: { ...bare.identity, hostname: OWN[name] ?? name },
  ...more,
})

/** The cluster as an observation of these machines gives it. */
function looked(nodes: readonly Node[] = NODES, more: Partial<Facts> = {}, about: readonly NodeRef[] = []) {
  const cluster: Cluster = { ...base.cluster, nodes: NODES }
  const stations = nodes.map((node) => ({ node, facts: factsOf(node.name, more), problems: [] }))
  return withOwnNames({ cluster, about } as unknown as RunInput, stations)
}

function on(name: string): StepContext {
  const { cluster, stations } = looked()
  const seen = stations.map(({ node, facts }) => ({ node, facts: facts ?? bare }))
  const one = seen.find(({ node }) => node.name === name) ?? contradiction()
  return {
    ...base,
    ...one,
    cluster,
    seen,
    topology: { states: { m1: 'control-plane-ready', m2: 'fresh', w1: 'fresh' }, acting: 'm1' },
  }
}

function wanted(id: string, context: StepContext) {
  const step = steps.find((one) => one.id === id) ?? contradiction()
  return step.resources(context)
}

describe('a node that keeps its host name', () => {
  it('stands in /etc/hosts of all by it, and is not renamed', () => {
    for (const name of ['m1', 'm2', 'w1']) {
      const resources = wanted('host-identity', on(name))
      const hosts = resources.find((one) => one.kind === 'edit')
      expect(hosts?.adds?.split('\n').slice(1, -2)).toEqual([
        '10.0.0.11 ip-10-0-0-11.ec2.internal ip-10-0-0-11',
        '10.0.0.12 m2',
        '10.0.0.21 worker-7',
      ])
      expect(resources.some((one) => one.kind === 'command')).toBe(name === 'm2')
    }
  })

  it('may still be called by a reset as it was before tripod once named it', () => {
    const context = on('w1')
    const entry = { step: 'host-identity', wanted: 'a', state: 'applied' as const, before: 'debian' }
    const facts = { ...context.facts, record: { entries: { 'command:hostname': entry } } }
    const [name] = wanted('host-identity', { ...context, facts })
    expect(name?.kind === 'command' ? name.run.text : '').toContain('hostnamectl set-hostname Worker-7;')
  })

  it('joins under it, with a certificate for it', () => {
    const { cluster, node } = on('m1')
    const use = { token: 'abcdef.0123456789abcdef', description: 'test' }
    const [init, configuration] = parseAllDocuments(initConfiguration(cluster, node, use)).map(
      (one) => one.toJS() as Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    )
    expect(init?.['nodeRegistration']?.['name']).toBe('ip-10-0-0-11.ec2.internal')
    expect(configuration?.['apiServer']?.['certSANs']).toEqual(
      expect.arrayContaining(['ip-10-0-0-11.ec2.internal', 'ip-10-0-0-11', 'm2']),
    )
    expect(configuration?.['apiServer']?.['certSANs']).not.toContain('m1')
    const join = parse(joinConfiguration(cluster, on('w1').node, { ...use, caHash: `sha256:${'a'.repeat(64)}` })) as {
      readonly nodeRegistration: { readonly name: string }
    }
    expect(join.nodeRegistration.name).toBe('worker-7')
  })

  it('is asked for, labelled and forgotten by it', () => {
    const [labels] = wanted('scheduling', on('m1'))
    const text = labels?.kind === 'command' ? labels.run.text + labels.doneWhen.text : ''
    expect(text).toContain('label --overwrite node worker-7 rack=r1')
    expect(text).toContain('worker-7 label rack=r1')
    expect(text).not.toMatch(/\bw1\b/)
    const [former] = wanted('former-members', on('m1'))
    expect(former?.kind === 'command' ? former.run.text : '').toContain('delete node m2')
    const [gone] = leave({ nodes: [NODES[2] ?? contradiction()], gone: false }).resources({
      ...on('m1'),
      topology: { states: { m1: 'control-plane-ready', w1: 'worker-ready' }, acting: 'm1' },
    })
    const shown = gone?.kind === 'command' ? `${gone.summary}\n${gone.run.text}` : ''
    expect(shown).toContain('kubectl drain worker-7; kubectl delete node worker-7')
    expect(shown).not.toMatch(/node w1\b/)
  })

  it('is forgotten by the name that others have for it where it is gone', () => {
    const block = [{ address: '10.0.0.21', names: ['worker-7'] }]
    const nodes = [NODES[0] ?? contradiction(), NODES[1] ?? contradiction()]
    const lost = [NODES[2] ?? contradiction()]
    const kubernetes = { ...bare.kubernetes, readyNodes: ['worker-7', 'm2'] }
    const { stations } = looked(nodes, { hostsBlock: block, kubernetes }, lost)
    // Who lives is no stranger to the check that asks for the name of the inventory.
    expect(stations[0]?.facts?.kubernetes.readyNodes).toEqual(['w1', 'm2'])
    const seen = stations.map(({ node, facts }) => ({ node, facts: facts ?? bare }))
    const [gone] = leave({ nodes: lost, gone: true }).resources({ ...on('m1'), seen })
    expect(gone?.kind === 'command' ? gone.summary : '').toBe('kubectl delete node worker-7')
  })
})

function contradiction(): never {
  throw new Error('it is not there')
}
