import type { Cluster } from '../../inventory/cluster.js'
import { certSANs } from '../../inventory/cert-sans.js'
import { type KubeadmFormat, render } from '../../templates/index.js'
import { urlHost } from '../../inventory/url-host.js'

/** kubeadm reads v1beta3 from 1.22 to 1.36, v1beta4 from 1.31 on (domain reference 3.1). */
const FIRST_V1BETA4 = 31

/** Until then kubeadm may have been built with the frozen k8s.gcr.io. Source: domain reference, section 5. */
const LAST_OF_OLD_REGISTRY = 24
/** Those of upstream, with CoreDNS one level deeper than all else. */
const UPSTREAM_REGISTRIES = ['registry.k8s.io', 'k8s.gcr.io']

/** The version of kubeadm's format that this cluster's kubeadm reads, the later one where it reads both. */
export function kubeadmFormat({ kubernetes: { minor } }: Cluster): KubeadmFormat {
  const isLater = minor >= FIRST_V1BETA4
  return {
    apiVersion: `kubeadm.k8s.io/${isLater ? 'v1beta4' : 'v1beta3'}`,
    argsAreLists: isLater,
    hasTimeouts: isLater,
  }
}

/** host:port that clients use, an IPv6 address in brackets. */
export function clientEndpoint({ endpoint: { host, port } }: Cluster): string {
  return `${urlHost(host)}:${String(port)}`
}

/** The document ClusterConfiguration. */
export function clusterConfiguration(cluster: Cluster): string {
  const { network, sources, apiServer } = cluster
  return render('kubeadm-cluster.yaml', {
    ...kubeadmFormat(cluster),
    name: cluster.name,
    version: `v${cluster.kubernetes.version}`,
    endpoint: clientEndpoint(cluster),
    imageRepository: sources.images.kubernetes,
    dnsRepository: dnsRepository(cluster),
    podSubnet: network.podSubnet,
    serviceSubnet: network.serviceSubnet,
    dnsDomain: network.dnsDomain,
    certSANs: certSANs(cluster),
    extraArgs: Object.entries(apiServer.extraArgs).map(([name, value]) => ({ name, value })),
  })
}

/**
 * kubeadm looks for CoreDNS one level deeper in the one registry that it was built with, and beside the other images
 * everywhere else. Upstream's are told it where they may not be that one; of a mirror its own rule is the best guess.
 */
function dnsRepository({ kubernetes, sources }: Cluster): string | null {
  const repository = sources.images.kubernetes
  const isBuiltIn = kubernetes.minor > LAST_OF_OLD_REGISTRY && repository === 'registry.k8s.io'
  return UPSTREAM_REGISTRIES.includes(repository) && !isBuiltIn ? `${repository}/coredns` : null
}
