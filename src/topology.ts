import { TripodError } from './errors.js'
import type { Facts, KubernetesFacts } from './facts/facts.js'
import type { Cluster, Node } from './inventory/cluster.js'

/**
 * Where a node stands (domain.md 1.0). `fresh`: no cluster files; `prepared`: fresh, and tripod made it ready before;
 * `half`: some files of a join or init that did not finish; `down`: a whole control plane whose API server does not answer;
 * `foreign`: files of another authority, but no running node of it.
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

/** Where kubeadm keeps authorities and certificates. */
export const PKI = '/etc/kubernetes/pki'
const CA_SET = ['ca', 'front-proxy-ca', 'etcd/ca'].flatMap((name) => [`${PKI}/${name}.crt`, `${PKI}/${name}.key`])
// Operators copy it to where they work; kubeadm writes it after the certificates, so that it proves nothing beyond them.
const ADMIN = '/etc/kubernetes/admin.conf'
/** A whole set of authorities. */
export const AUTHORITY_FILES: readonly string[] = [...CA_SET, `${PKI}/sa.pub`, `${PKI}/sa.key`]

const MANIFESTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
  (name) => `/etc/kubernetes/manifests/${name}.yaml`,
)

/**
 * Tells from the nodes' own files who belongs to the cluster. Throws TOPOLOGY_CONTRADICTION when they are of different
 * clusters, or when a node runs a control plane that the inventory does not give it.
 */
export function topologyOf(cluster: Cluster, seen: readonly Seen[]): Topology {
  const misplaced = seen.find(
    ({ node, facts }) => !node.roles.includes('control-plane') && runsControlPlane(facts.kubernetes),
  )
  if (misplaced) throw roleContradiction(misplaced.node, cluster)
  const caHash = commonAuthority(seen, cluster)
  const states = Object.fromEntries(seen.map(({ node, facts }) => [node.name, stateOf(facts, caHash)]))
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
  const masters = cluster.nodes.filter(({ roles }) => roles.includes('control-plane'))
  const isAny = (...wanted: readonly NodeState[]): boolean => Object.values(states).some((one) => wanted.includes(one))
  if (masters.some(({ name }) => states[name] === undefined)) return undefined
  if (isAny('control-plane-ready', 'control-plane-down', 'worker-ready')) return undefined
  const holders = seen.filter(({ facts }) => facts.kubernetes.etcdData).map(({ node }) => node.name)
  if (holders.length > 1) return undefined
  const begun = masters.find(({ name }) => states[name] === 'control-plane-half')
  return holders[0] ?? begun?.name ?? masters.find(({ name }) => isUntouched(states[name]))?.name
}

/** The authority of those that joined; before anyone did, that of CA sets put in place. */
function commonAuthority(seen: readonly Seen[], cluster: Cluster): string | undefined {
  const holders = seen.filter(({ facts }) => facts.kubernetes.caHash !== undefined)
  const joined = holders.filter(({ facts }) => hasJoined(facts.kubernetes))
  const deciding = joined.length > 0 ? joined : holders
  const hashes = new Set(deciding.map(({ facts }) => facts.kubernetes.caHash))
  if (hashes.size > 1) throw authorityContradiction(deciding, cluster)
  return [...hashes][0]
}

function stateOf({ kubernetes, record }: Facts, caHash: string | undefined): NodeState {
  if (kubernetes.caHash !== undefined && kubernetes.caHash !== caHash) return 'foreign'
  if (runsControlPlane(kubernetes)) {
    if (!MANIFESTS.every((path) => path in kubernetes.files)) return 'control-plane-half'
    if (kubernetes.apiLive) return 'control-plane-ready'
    const isWhole = kubernetes.etcdData && '/etc/kubernetes/kubelet.conf' in kubernetes.files
    return isWhole ? 'control-plane-down' : 'control-plane-half'
  }
  if ('/etc/kubernetes/kubelet.conf' in kubernetes.files) return 'worker-ready'
  if (hasJoined(kubernetes)) return 'worker-half'
  return Object.keys(record.entries).length > 0 ? 'prepared' : 'fresh'
}

/** Control-plane files or its data; also on the way there. */
function runsControlPlane({ files, etcdData }: KubernetesFacts): boolean {
  const own = (path: string) => MANIFESTS.includes(path) || path === `${PKI}/apiserver.crt`
  return etcdData || Object.keys(files).some(own)
}

/** Anything beyond CA set files, which are put in place before init and prove nothing, as admin.conf does. */
function hasJoined({ files, etcdData }: KubernetesFacts): boolean {
  return etcdData || Object.keys(files).some((path) => ![...AUTHORITY_FILES, ADMIN].includes(path))
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
