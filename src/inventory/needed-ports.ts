import { carriesBalancer, joinsCluster } from './roles.js'
import type { Cluster, Node } from './cluster.js'

/** Who must be able to reach a node, and on what. */
export interface NeededPorts {
  /** `anywhere`, or the nodes. */
  readonly from: 'anywhere' | readonly Node[]
  /** `6443`, `2379:2380`; none for a protocol without ports. */
  readonly ports: readonly string[]
  readonly protocol: 'tcp' | 'udp' | 'vrrp'
  readonly why: string
}

/** What must be open on a node (domain reference 1.5; kubernetes.io, ports and protocols; Calico's system requirements). */
export function neededPorts(node: Node, cluster: Cluster): readonly NeededPorts[] {
  const { endpoint, network, nodes } = cluster
  const isMaster = (one: Node): boolean => one.roles.includes('control-plane')
  const others = nodes.filter(({ name }) => name !== node.name)
  const kubelets = others.filter(joinsCluster)
  const balancers = others.filter((one) => carriesBalancer(one, endpoint))
  const all: readonly NeededPorts[] = [
    ...(carriesBalancer(node, endpoint)
      ? [
          {
            from: 'anywhere' as const,
            ports: [`${endpoint.port}`],
            protocol: 'tcp' as const,
            why: 'clients of the API',
          },
          { from: balancers, ports: [], protocol: 'vrrp' as const, why: 'keepalived' },
        ]
      : []),
    ...(isMaster(node)
      ? [
          // Pods reach the API servers past the load balancer: they are the endpoints of the service `kubernetes`.
          { from: others, ports: [`${endpoint.apiPort}`], protocol: 'tcp' as const, why: 'the API server' },
          { from: others.filter(isMaster), ports: ['2379:2380'], protocol: 'tcp' as const, why: 'etcd' },
        ]
      : []),
    ...(joinsCluster(node)
      ? [
          { from: kubelets, ports: ['10250', '10256'], protocol: 'tcp' as const, why: 'kubelet and kube-proxy' },
          {
            from: 'anywhere' as const,
            ports: ['30000:32767'],
            protocol: 'tcp' as const,
            why: 'services of type NodePort',
          },
          {
            from: 'anywhere' as const,
            ports: ['30000:32767'],
            protocol: 'udp' as const,
            why: 'services of type NodePort',
          },
        ]
      : []),
    ...(joinsCluster(node) && network.cni === 'calico'
      ? [
          { from: kubelets, ports: ['179', '5473'], protocol: 'tcp' as const, why: 'Calico: BGP, Typha' },
          { from: kubelets, ports: ['4789'], protocol: 'udp' as const, why: 'Calico: VXLAN' },
        ]
      : []),
  ]
  return all.filter(({ from }) => from === 'anywhere' || from.length > 0)
}

/** `6443/tcp from anywhere (clients of the API)`, for a reader. */
export function spellPorts({ from, ports, protocol, why }: NeededPorts): string {
  const what = ports.length === 0 ? `protocol ${protocol}` : `${ports.join(',').replaceAll(':', '-')}/${protocol}`
  return `${what} from ${from === 'anywhere' ? from : from.map(({ name }) => name).join(', ')} (${why})`
}
