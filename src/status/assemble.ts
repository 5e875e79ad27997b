import type { TripodError } from '../errors.js'
import { skewsOf, type ClockSkew } from '../facts/clock-skew.js'
import type { EtcdMember, Facts } from '../facts/facts.js'
import type { Cluster, Node } from '../inventory/cluster.js'
import { carriesBalancer, isMaster, joinsCluster } from '../inventory/roles.js'
import { osFamilyOf } from '../os/index.js'
import type { Topology } from '../topology.js'
import { daysLeft, soonest } from './certificates.js'
import type { Answers, ApiNode, Served } from './read.js'
import { roundSkew } from './round-skew.js'
import { endpointUrl, isPart } from './script.js'
import type { Answer, BalancerStatus, CertificateStatus, ClusterStatus, MemberStatus, NodeStatus } from './status.js'

/** All that was seen of a node. */
export interface LookedAt {
  readonly node: Node
  readonly facts?: Facts
  readonly answers?: Answers
  /** Why it could not be reached or read. */
  readonly problem?: TripodError
}

/** Everything that a status is made of; `now` in milliseconds since the epoch. */
export interface Sight {
  readonly cluster: Cluster
  readonly topology: Topology
  readonly looked: readonly LookedAt[]
  readonly now: number
}

/** The tables of a status, without judging them. */
export function tablesOf(sight: Sight): Omit<ClusterStatus, 'healthy' | 'findings' | 'warnings'> {
  const { cluster, topology, looked } = sight
  const { vip } = cluster.endpoint
  const carriers = looked.filter(({ node }) => carriesBalancer(node, cluster.endpoint))
  // Who could not be read may well be a part.
  const parts = looked.filter(
    ({ node, problem }) => isPart(topology.states[node.name]) || (problem !== undefined && joinsCluster(node)),
  )
  const listed = apiNodes(looked)
  const skews = skewsByNode(looked)
  const names = cluster.nodes.map(({ name }) => name)
  const isHolder = ({ facts }: LookedAt): boolean => facts?.vip?.held === true
  return {
    cluster: cluster.name,
    begun: topology.init === undefined,
    nodes: looked.map((one) => nodeStatus(one, sight, { listed, skews })),
    strangers: (listed ?? []).map(({ name }) => name).filter((name) => !names.includes(name)),
    etcd: membersOf(sight),
    apiServers: looked.filter(({ node }) => isMaster(node)).map((one) => answerOf(one, one.answers?.api)),
    vip:
      vip === undefined
        ? null
        : {
            address: vip,
            holders: looked.filter(isHolder).map(({ node }) => node.name),
            unread: carriers.filter(({ facts }) => facts === undefined).map(({ node }) => node.name),
          },
    balancers: carriers.map(balancerStatus),
    certificates: parts.map((one) => certificateStatus(one, sight.now)),
    endpoint: { url: endpointUrl(cluster.endpoint), from: parts.map((one) => answerOf(one, one.answers?.endpoint)) },
    dns: parts.map((one) => answerOf(one, one.answers?.dns)),
    systemPods: looked.find(({ answers }) => answers?.systemPods !== undefined)?.answers?.systemPods ?? null,
  }
}

function apiNodes(looked: readonly LookedAt[]): readonly ApiNode[] | undefined {
  return looked.find(({ answers }) => answers?.nodes !== undefined)?.answers?.nodes
}

const READY = ['True', 'False', 'Unknown'] as const

function nodeStatus(
  { node, facts, problem }: LookedAt,
  { topology }: Sight,
  {
    listed,
    skews,
  }: { readonly listed: readonly ApiNode[] | undefined; readonly skews: ReadonlyMap<string, ClockSkew> },
): NodeStatus {
  const skew = skews.get(node.name)
  const api = listed?.find(({ name }) => name === node.name)
  return {
    name: node.name,
    address: node.address,
    roles: node.roles,
    reached: problem === undefined,
    state: topology.states[node.name] ?? null,
    ready: READY.find((word) => word === api?.ready) ?? null,
    kubelet: api?.kubelet.replace(/^v/, '') ?? installed(facts, ['kubelet']),
    containerd: api?.runtime.replace(/^containerd:\/\//, '') ?? installed(facts, ['containerd', 'containerd.io']),
    clockSeconds: skew?.seconds ?? null,
    clockUncertaintySeconds: skew?.uncertaintySeconds ?? null,
  }
}

function installed(facts: Facts | undefined, names: readonly string[]): string | null {
  const version = names.map((name) => facts?.packages.installed[name]).find((one) => one !== undefined)
  if (facts === undefined || version === undefined) return null
  return osFamilyOf(facts.os)?.packages.upstream(version) ?? version
}

/** Skew of the clocks that could be read, to the millisecond. */
function skewsByNode(looked: readonly LookedAt[]): ReadonlyMap<string, ClockSkew> {
  const read = looked.flatMap(({ node, facts }) => (facts ? [{ name: node.name, clock: facts.clock }] : []))
  const skews = skewsOf(read.map(({ clock }) => clock))
  return new Map(skews.map((skew, index) => [read[index]?.name ?? '', roundSkew(skew, 3)]))
}

/** As the master that serves lists them, else the first that does. */
function membersOf({ topology, looked }: Sight): readonly MemberStatus[] | null {
  const tell = looked.filter(({ facts }) => facts?.kubernetes.members !== undefined)
  const teller = tell.find(({ node }) => node.name === topology.acting) ?? tell[0]
  const leaders = looked.flatMap(({ answers }) => (answers?.etcd && 'id' in answers.etcd ? [answers.etcd.leader] : []))
  const members = teller?.facts?.kubernetes.members?.map((member) => ({
    id: member.id,
    name: member.name === '' ? null : member.name,
    started: member.name !== '',
    learner: member.learner,
    leader: leaders.includes(member.id),
    answers: answersItself(member, looked),
  }))
  return members?.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? '')) ?? null
}

function answersItself({ id, name }: EtcdMember, looked: readonly LookedAt[]): boolean | null {
  if (looked.some(({ answers }) => answers?.etcd && 'id' in answers.etcd && answers.etcd.id === id)) return true
  return looked.some(({ node, answers }) => node.name === name && answers?.etcd !== undefined) ? false : null
}

function answerOf({ node }: LookedAt, served: Served | undefined): Answer {
  return { node: node.name, ready: served?.ready ?? null, said: served?.said ?? '' }
}

function balancerStatus({ node, answers }: LookedAt): BalancerStatus {
  return {
    node: node.name,
    haproxy: answers?.units?.haproxy ?? null,
    keepalived: answers?.units?.keepalived ?? null,
    servers: answers?.servers ?? null,
  }
}

function certificateStatus({ node, answers }: LookedAt, now: number): CertificateStatus {
  const first = soonest(answers?.certificates?.read ?? [])
  return {
    node: node.name,
    path: first?.path ?? null,
    notAfter: first === undefined ? null : new Date(first.ends).toISOString(),
    days: first === undefined ? null : daysLeft(first, now),
  }
}
