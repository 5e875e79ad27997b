import { TripodError } from './errors.js'
import type { EtcdMember, Facts } from './facts/facts.js'
import {
  AUTHORITY_FILES,
  etcdElsewhere,
  hasJoined,
  KUBELET_CONF,
  MANIFESTS,
  PKI,
  runsControlPlane,
} from './facts/kubeadm-files.js'
import { memberOf } from './facts/member-of.js'
import type { Cluster, Node } from './inventory/cluster.js'
import { isMaster, joinsCluster } from './inventory/roles.js'

/**
 * Where a node stands (domain.md 1.0). `fresh`: no cluster files; `prepared`: fresh, and tripod made it ready before;
 * `half`: some files of a join or init that did not finish; `ready`: its API server lives, whatever else it lacks; `down`: a
 * control plane that counts, whose API server does not answer; `foreign`: files of another authority, but no running node of it.
 */
export type NodeState =
  | 'fresh'
  | 'prepared'
  | 'worker-ready'
  | 'worker-half'
  | 'control-plane-ready'
  | 'control-plane-half'
  | 'control-plane-down'
  | 'foreign'

/** A node that answered. */
export interface Seen {
  readonly node: Node
  readonly facts: Facts
}

/** What all nodes together tell. */
export interface Topology {
  readonly states: Readonly<Record<string, NodeState>>
  /** SHA-256 of the cluster CA's public key, hex, once there is a cluster. */
  readonly caHash?: string
  /** The master that begins the cluster; left out once any has one, or while it cannot be told that none has. */
  readonly init?: string
  /** The master through which the cluster is spoken to: the first one that serves, else the one that will begin it. */
  readonly acting?: string
}

/**
 * Tells from the nodes' own files who belongs to the cluster. Throws TOPOLOGY_CONTRADICTION when they are of different
 * clusters, or when a node runs a control plane that the inventory does not give it.
 */
export function topologyOf(cluster: Cluster, seen: readonly Seen[]): Topology {
  const misplaced = seen.find(({ node, facts }) => !isMaster(node) && runsControlPlane(facts.kubernetes))
  if (misplaced) throw roleContradiction(misplaced.node, cluster)
  const caHash = commonAuthority(seen, cluster)
  const tellers = tellersOf(seen, caHash)
  const states = Object.fromEntries(seen.map((one) => [one.node.name, stateOf(one, caHash, tellers)]))
  const init = initOf(cluster, states, seen)
  const acting = cluster.nodes.find(({ name }) => states[name] === 'control-plane-ready')?.name ?? init
  return {
    states,
    ...(caHash === undefined ? {} : { caHash }),
    ...(init === undefined ? {} : { init }),
    ...(acting === undefined ? {} : { acting }),
  }
}

/**
 * A cluster is begun only where every master was looked at and none serves or ever did: who holds data of an etcd goes on with
 * it, and a worker that joined proves a cluster somewhere.
 */
function initOf(cluster: Cluster, states: Topology['states'], seen: readonly Seen[]): string | undefined {
  const masters = cluster.nodes.filter(isMaster)
  const isAny = (...wanted: readonly NodeState[]): boolean => Object.values(states).some((one) => wanted.includes(one))
  if (masters.some(({ name }) => states[name] === undefined)) return undefined
  if (isAny('control-plane-ready', 'control-plane-down', 'worker-ready')) return undefined
  if (seen.some(({ facts }) => facts.kubernetes.apiLive)) return undefined
  const holders = seen.filter(({ facts }) => facts.kubernetes.etcdData).map(({ node }) => node.name)
  if (holders.length > 1) return undefined
  const first = (isIt: (state: NodeState | undefined) => boolean) =>
    masters.find(({ name }) => isIt(states[name]))?.name
  return (
    holders[0] ??
    first((state) => state === 'control-plane-half') ??
    first(isUntouched) ??
    first((state) => state === 'worker-half')
  )
}

/** The authority of those that joined; before anyone did, that of CA sets put in place on masters. */
function commonAuthority(seen: readonly Seen[], cluster: Cluster): string | undefined {
  const holders = seen.filter(({ facts }) => facts.kubernetes.caHash !== undefined)
  const joined = holders.filter(({ facts }) => hasJoined(facts.kubernetes))
  const deciding = joined.length > 0 ? joined : holders.filter(({ node }) => isMaster(node))
  const hashes = new Set(deciding.map(({ facts }) => facts.kubernetes.caHash))
  if (hashes.size > 1) throw authorityContradiction(deciding, cluster)
  return [...hashes][0]
}

type Members = readonly EtcdMember[]

/** What masters that serve list as members of their etcd: their API servers live by its majority. */
function tellersOf(seen: readonly Seen[], caHash: string | undefined): readonly Members[] {
  return seen.flatMap((one) => {
    const { members, apiLive, caHash: own } = one.facts.kubernetes
    // A list in which it does not find itself is of names that say nothing here.
    return members !== undefined && apiLive && own === caHash && votesIn(members, one) ? [members] : []
  })
}

function entryOf({ node, facts }: Seen, members: Members): EtcdMember | undefined {
  return memberOf(node, members) ?? members.find(({ name }) => name === facts.identity.hostname)
}

/** It is a member that has started and is no learner. */
function votesIn(members: Members, one: Seen): boolean {
  const entry = entryOf(one, members)
  return entry !== undefined && entry.name !== '' && !entry.learner
}

function stateOf(one: Seen, caHash: string | undefined, tellers: readonly Members[]): NodeState {
  const { kubernetes, record } = one.facts
  if (kubernetes.caHash !== undefined && kubernetes.caHash !== caHash) return 'foreign'
  if (runsControlPlane(kubernetes)) {
    if (kubernetes.apiLive) return 'control-plane-ready'
    return counts(one, tellers) ? 'control-plane-down' : 'control-plane-half'
  }
  if (KUBELET_CONF in kubernetes.files) return 'worker-ready'
  // kubeadm itself writes it on workers, and stumbles over it the next time.
  if (hasJoined(kubernetes) || (!isMaster(one.node) && `${PKI}/ca.crt` in kubernetes.files)) return 'worker-half'
  return Object.keys(record.entries).length > 0 ? 'prepared' : 'fresh'
}

/**
 * Whether a control plane whose API server is silent is one all the same. What is not is wiped before it joins, so a vote in
 * etcd always counts: its own living etcd says so, or masters that serve do. A master without kubelet.conf, or without data of
 * etcd, has a vote that nobody will ever cast again, unless its etcd lives now. Where those that serve do not count it, or only
 * as one that learns, its files are the rest of a join that was cut off: nobody will promote it.
 */
function counts(one: Seen, tellers: readonly Members[]): boolean {
  const { files, etcdData, members, ...rest } = one.facts.kubernetes
  if (members !== undefined && votesIn(members, one)) return true
  if (!(KUBELET_CONF in files)) return false
  const hasAll = MANIFESTS.every((path) => path in files)
  if (!etcdData) return etcdElsewhere({ files, etcdData, ...rest }) !== undefined
  if (tellers.some((list) => votesIn(list, one))) return true
  if (tellers.some((list) => entryOf(one, list)?.learner !== false)) return false
  return hasAll
}

/** Masters and workers that are not in the cluster yet, or only half. */
export function isOutside(state: NodeState | undefined): boolean {
  return state === 'fresh' || state === 'prepared' || isHalf(state)
}

export function isHalf(state: NodeState | undefined): boolean {
  return state === 'worker-half' || state === 'control-plane-half'
}

/** Whether the node is, or will be, joined to what the topology found: not without a master to join. */
export function joins(node: Node, { states, init, acting }: Topology): boolean {
  return joinsCluster(node) && acting !== undefined && node.name !== init && isOutside(states[node.name])
}

/** The master whose whole set of authorities counts: one that serves before one that was only given it. */
export function holderOf({ caHash, states }: Topology, seen: readonly Seen[]): Seen | undefined {
  if (caHash === undefined) return undefined
  const holders = seen.filter(
    ({ facts: { kubernetes } }) =>
      kubernetes.caHash === caHash && AUTHORITY_FILES.every((path) => path in kubernetes.files),
  )
  return holders.find(({ node }) => states[node.name] === 'control-plane-ready') ?? holders[0]
}

/** Whether nothing of a cluster is on the node yet. */
export function isUntouched(state: NodeState | undefined): boolean {
  return state === 'fresh' || state === 'prepared'
}

function authorityContradiction(nodes: readonly Seen[], cluster: Cluster): TripodError {
  const list = nodes.map(({ node, facts }) => `${node.name} (${facts.kubernetes.caHash ?? ''})`).join(', ')
  return new TripodError(
    'TOPOLOGY_CONTRADICTION',
    `The nodes of ${cluster.name} have different certificate authorities: ${list}`,
    `Take those of another cluster out of ${cluster.inventoryPath}, or clean them by hand if they are really meant to be rebuilt`,
  )
}

function roleContradiction(node: Node, cluster: Cluster): TripodError {
  return new TripodError(
    'TOPOLOGY_CONTRADICTION',
    `${node.name} has files of a control plane, but the inventory gives it the roles ${node.roles.join(', ')}`,
    `Add control-plane to its roles in ${cluster.inventoryPath}, or clean the node by hand if it is really meant to be rebuilt`,
    { node: node.name },
  )
}
