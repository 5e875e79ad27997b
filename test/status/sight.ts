import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Facts } from '../../src/facts/facts.js'
import type { Cluster, Node } from '../../src/inventory/cluster.js'
import type { LookedAt, Sight } from '../../src/status/assemble.js'
import { readAnswers, type Answers } from '../../src/status/read.js'
import type { NodeState } from '../../src/topology.js'
import { cluster as single, facts as machine, node as first } from '../steps/context.js'

/** What the status script printed on the acting one of three masters in the lab. */
export const RECORDED = readFileSync(path.join(import.meta.dirname, '../fixtures/status/master.txt'), 'utf8')

/** A day on which the recorded certificates were a day old. */
export const NOW = Date.parse('2026-11-22T08:00:00Z')

/** Numbers of the members in the recording. */
const IDS: Readonly<Record<string, string>> = {
  m1: '5242479109093272416',
  m2: '906109007018742912',
  m3: '15866280568669244836',
}

const nodes: readonly Node[] = ['m1', 'm2', 'm3'].map((name, index) => ({
  ...first,
  name,
  address: `10.0.0.1${String(index + 1)}`,
}))

const facts: Facts = {
  ...machine,
  time: { ...machine.time, chrony: { leap: 'Normal', offsetSeconds: 0.001 } },
  packages: { ...machine.packages, installed: { kubelet: '1.28.15-1.1', containerd: '1.6.20~ds1-1+deb12u4' } },
  kubernetes: {
    ...machine.kubernetes,
    apiLive: true,
    members: nodes.map(({ name }) => ({ id: IDS[name] ?? '', name, peerURLs: [], learner: false })),
  },
}

const recorded = readAnswers(RECORDED, 'm1')

function answersOf(name: string): Answers {
  const { nodes: listed = [], systemPods = [], ...others } = recorded
  const own = recorded.etcd && 'id' in recorded.etcd ? { ...recorded.etcd, id: IDS[name] ?? '' } : { silent: '' }
  return { ...others, etcd: own, ...(name === 'm1' && { nodes: listed, systemPods }) }
}

export interface Differences {
  readonly cluster?: Partial<Cluster>
  readonly states?: Readonly<Record<string, NodeState>>
  readonly init?: string
  readonly acting?: string
  /** By node: what differs of what was seen there. */
  readonly looked?: Readonly<Record<string, (well: LookedAt) => LookedAt>>
  readonly now?: number
}

/** A healthy cluster of three masters that carry the load balancer, m1 with the VIP, with differences. */
export function sightWith({ cluster, states, init, acting = 'm1', looked = {}, now = NOW }: Differences = {}): Sight {
  const well = nodes.map((node): LookedAt => ({
    node,
    facts: { ...facts, ...(facts.vip && { vip: { ...facts.vip, held: node.name === 'm1' } }) },
    answers: answersOf(node.name),
  }))
  const ready = Object.fromEntries(nodes.map(({ name }) => [name, 'control-plane-ready' as const]))
  return {
    cluster: { ...single, nodes, ...cluster },
    topology: { states: { ...ready, ...states }, acting, ...(init !== undefined && { init }) },
    looked: well.map((one) => looked[one.node.name]?.(one) ?? one),
    now,
  }
}

/** The same, with other answers; undefined takes one away. */
export function answering(differs: { readonly [Key in keyof Answers]?: Answers[Key] | undefined }) {
  return (well: LookedAt): LookedAt => ({ ...well, answers: { ...well.answers, ...differs } as Answers })
}
