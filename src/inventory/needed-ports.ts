import { carriesBalancer, isMaster, joinsCluster } from './roles.js'
import type { Cluster, Node } from './cluster.js'

/** Who must be able to reach a node, and on what. */
export interface NeededPorts {
  /** `anywhere`, or the nodes. */
  readonly from: 'anywhere' | readonly Node[]
  /** `6443`, `2379:2380`; none for a protocol without ports. */
  readonly ports: readonly string[]
  readonly protocol: 'tcp' | 'udp' | 'vrrp'
  readonly why: string
  /** Only clients from outside need it: the cluster works without. */
  readonly outsiders?: true
}

/** What must be open on a node (domain reference 1.5; kubernetes.io, ports and protocols; Calico's system requirements). */
export function neededPorts(node: Node, cluster: Cluster): readonly NeededPorts[] {
  return [
    ...(carriesBalancer(node, cluster.endpoint) ? ofBalancer(node, cluster) : []),
    ...(isMaster(node) ? ofMaster(node, cluster) : []),
    ...(joinsCluster(node) ? ofKubelet(node, cluster) : []),
  ].filter(({ from }) => from === 'anywhere' || from.length > 0)
}

function others({ name }: Node, { nodes }: Cluster): readonly Node[] {
  return nodes.filter((one) => one.name !== name)
}

function ofBalancer(node: Node, cluster: Cluster): readonly NeededPorts[] {
  const peers = others(node, cluster).filter((one) => carriesBalancer(one, cluster.endpoint))
  return [
    { from: 'anywhere', ports: [`${cluster.endpoint.port}`], protocol: 'tcp', why: 'clients of the API' },
    { from: peers, ports: [], protocol: 'vrrp', why: 'keepalived' },
  ]
}

/** Pods reach the API servers past the load balancer: they are the endpoints of the service `kubernetes`. */
function ofMaster(node: Node, cluster: Cluster): readonly NeededPorts[] {
  const { layout, apiPort } = cluster.endpoint
  const all = others(node, cluster)
  // From which addresses a load balancer that somebody else runs comes, the inventory does not say.
  const from = layout === 'external' ? 'anywhere' : all
  return [
    { from, ports: [`${apiPort}`], protocol: 'tcp', why: 'the API server' },
    { from: all.filter(isMaster), ports: ['2379:2380'], protocol: 'tcp', why: 'etcd' },
  ]
}

function ofKubelet(node: Node, cluster: Cluster): readonly NeededPorts[] {
  const from = others(node, cluster).filter(joinsCluster)
  const services = {
    from: 'anywhere',
    ports: ['30000:32767'],
    why: 'services of type NodePort',
    outsiders: true,
  } as const
  const calico: readonly NeededPorts[] = [
    { from, ports: ['179', '5473'], protocol: 'tcp', why: 'Calico: BGP, Typha' },
    { from, ports: ['4789'], protocol: 'udp', why: 'Calico: VXLAN' },
  ]
  return [
    { from, ports: ['10250', '10256'], protocol: 'tcp', why: 'kubelet and kube-proxy' },
    { ...services, protocol: 'tcp' },
    { ...services, protocol: 'udp' },
    ...(cluster.network.cni === 'calico' ? calico : []),
  ]
}

/** `6443/tcp from anywhere (clients of the API)`, for a reader. */
export function spellPorts({ from, ports, protocol, why }: NeededPorts): string {
  const what = ports.length === 0 ? `protocol ${protocol}` : `${ports.join(',').replaceAll(':', '-')}/${protocol}`
  return `${what} from ${from === 'anywhere' ? from : from.map(({ name }) => name).join(', ')} (${why})`
}
