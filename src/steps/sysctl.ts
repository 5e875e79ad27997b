import type { Cluster } from '../inventory/cluster.js'
import type { Facts } from '../facts/facts.js'

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

function usesIPv6({ nodes, network, endpoint }: Cluster): boolean {
  const addresses = [...nodes.map(({ address }) => address), network.podSubnet, network.serviceSubnet, endpoint.vip]
  return addresses.some((address) => address?.includes(':'))
}
