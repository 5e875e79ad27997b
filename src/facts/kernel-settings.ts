import type { Cluster } from '../inventory/cluster.js'
import type { Facts } from './facts.js'

/** tripod's own file. It sorts after 99-sysctl.conf, which is /etc/sysctl.conf on Debian. */
export const SYSCTL_FILE = '/etc/sysctl.d/99-zz-tripod.conf'

/** One kernel setting. `atLeast`: a higher value is as good. */
export interface Setting {
  readonly key: string
  readonly value: number
  readonly atLeast: boolean
}

const exactly = (key: string, value: number): Setting => ({ key, value, atLeast: false })
const atLeast = (key: string, value: number): Setting => ({ key, value, atLeast: true })

/** What the kubelet insists on when it may not set it itself (its setupKernelTunables). */
const KUBELET_DEFAULTS: readonly Setting[] = [
  exactly('vm.overcommit_memory', 1),
  exactly('vm.panic_on_oom', 0),
  exactly('kernel.panic', 10),
  exactly('kernel.panic_on_oops', 1),
  exactly('kernel.keys.root_maxkeys', 1_000_000),
  exactly('kernel.keys.root_maxbytes', 25_000_000),
]

/** Every kernel setting a node of the cluster needs, in the order of the file. */
export function settingsFor(cluster: Cluster, facts: Facts): readonly Setting[] {
  return [
    exactly('net.ipv4.ip_forward', 1),
    exactly('net.bridge.bridge-nf-call-iptables', 1),
    ...(facts.kernelFeatures.ipv6 ? [exactly('net.bridge.bridge-nf-call-ip6tables', 1)] : []),
    ...(usesIPv6(cluster) ? [exactly('net.ipv6.conf.all.forwarding', 1)] : []),
    // Every container's log and every watched file of the kubelet takes some; distributions allow 128 and 8192.
    atLeast('fs.inotify.max_user_instances', 8192),
    atLeast('fs.inotify.max_user_watches', 524_288),
    ...(cluster.kubelet['protectKernelDefaults'] === true ? KUBELET_DEFAULTS : []),
  ]
}

/**
 * What changes along, and nobody puts back: the kernel itself with net.ipv4.ip_forward (inet_forward_change in net/ipv4/devinet.c),
 * kube-proxy (conntrack in cmd/kube-proxy/app, pkg/proxy/iptables) and the kubelet when they start.
 */
export const CHANGED_ALONG: readonly string[] = [
  'net.ipv4.conf.all.accept_redirects',
  'net.ipv4.conf.all.route_localnet',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  ...KUBELET_DEFAULTS.map(({ key }) => key),
]

function usesIPv6({ nodes, network, endpoint }: Cluster): boolean {
  const addresses = [...nodes.map(({ address }) => address), network.podSubnet, network.serviceSubnet, endpoint.vip]
  return addresses.some((address) => address?.includes(':'))
}
