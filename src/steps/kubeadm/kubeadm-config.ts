import type { Cluster, Node } from '../../inventory/cluster.js'
import { acceptsCgroupV1, keepsSwap } from '../../inventory/own-settings.js'
import { knownName } from '../../inventory/node-name.js'
import { type KubeadmNode, render } from '../../templates/index.js'
import { clientEndpoint, clusterConfiguration, kubeadmFormat } from './kubeadm-cluster.js'
import { kubeletConfiguration, kubeProxyConfiguration } from './kubeadm-components.js'
import { taintsOf } from './kubeadm-taints.js'

/** The bootstrap token as it shall stand in a document, and what it is known by. */
export interface TokenUse {
  readonly token: string
  readonly description: string
}

/** For `kubeadm init`: the node, the cluster, all its kubelets, and kube-proxy. Throws TEMPLATE_INVALID for settings of another kind. */
export function initConfiguration(cluster: Cluster, node: Node, use: TokenUse): string {
  const { token, description } = use
  return documents(
    render('kubeadm-init.yaml', { ...nodeOf(cluster, node), token, description }),
    clusterConfiguration(cluster),
    kubeletConfiguration(cluster),
    kubeProxyConfiguration(cluster),
  )
}

/** For `kubeadm join`, of a master or of a worker. `caHash` is `sha256:` and 64 hex digits. */
export function joinConfiguration(cluster: Cluster, node: Node, use: TokenUse & { readonly caHash: string }): string {
  const { token, caHash } = use
  const isMaster = node.roles.includes('control-plane')
  const own = nodeOf(cluster, node)
  const hasTimeouts = own.hasTimeouts && isMaster
  return render('kubeadm-join.yaml', {
    ...own,
    hasTimeouts,
    token,
    caHash,
    isMaster,
    endpoint: clientEndpoint(cluster),
  })
}

/** For `kubeadm token create --config`. */
export function tokenConfiguration(cluster: Cluster, { token, description }: TokenUse): string {
  const { apiVersion } = kubeadmFormat(cluster)
  return render('kubeadm-token.yaml', { apiVersion, version: `v${cluster.kubernetes.version}`, token, description })
}

/** For `kubeadm config images list --config` and `pull --config`. */
export function imagesConfiguration(cluster: Cluster): string {
  return clusterConfiguration(cluster)
}

const documents = (...all: readonly string[]): string => all.join('---\n')

function nodeOf(cluster: Cluster, node: Node): Omit<KubeadmNode, 'token'> {
  const taints = taintsOf(node, cluster.kubernetes.minor)
  return {
    ...kubeadmFormat(cluster),
    name: knownName(node),
    address: node.address,
    apiPort: cluster.endpoint.apiPort,
    taints: taints === undefined ? null : { list: taints },
    // kubeadm has no finer word for it.
    ignoredErrors: [
      ...(acceptsCgroupV1(cluster) ? ['SystemVerification'] : []),
      ...(keepsSwap(cluster) ? ['Swap'] : []),
    ],
  }
}
