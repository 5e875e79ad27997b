import { KUBELET_CONF, MANIFESTS } from '../../facts/kubeadm-files.js'
import type { Endpoint, Node } from '../../inventory/cluster.js'
import { type Script, sh } from '../../shell.js'
import type { ClusterContext } from '../step.js'
import { isMaster } from '../../inventory/roles.js'
import { urlHost } from '../../inventory/url-host.js'

export const ADMIN_CONF = '/etc/kubernetes/admin.conf'
export const CRI_SOCKET = 'unix:///run/containerd/containerd.sock'

export const ETCD_DATA = '/var/lib/etcd/member'

/** What a master has once kubeadm is through with it. */
const OF_MASTER = [KUBELET_CONF, ...MANIFESTS, ETCD_DATA]
/** The kubelet makes it when it got its certificate. */
const OF_WORKER = [KUBELET_CONF]

/** All that a finished init or join leaves. */
export function filesOf(node: Node): readonly string[] {
  return isMaster(node) ? OF_MASTER : OF_WORKER
}

/** 0 the node is a whole part of a cluster, 1 it is not. That it also serves is for gates to tell. */
export function hasJoined(node: Node): Script {
  return sh`for path in ${filesOf(node)}; do [ -e "$path" ] || exit 1; done`
}

export function actingMaster({ cluster, topology }: ClusterContext): Node | undefined {
  return cluster.nodes.find(({ name }) => name === topology.acting)
}

/** `https://10.0.0.10:6443`, where clients of the API go. */
export function endpointUrl({ host, port }: Endpoint): string {
  return `https://${urlHost(host)}:${port}`
}

/** `https://10.0.0.11:6444`: the node's own API server. */
export function apiOf({ address }: Node, { apiPort }: Endpoint): string {
  return `https://${urlHost(address)}:${apiPort}`
}

/** kubectl on that master with its own API server, whatever becomes of the load balancer. */
export function kubectl(master: Node, endpoint: Endpoint): Script {
  return sh`kubectl --kubeconfig ${ADMIN_CONF} --server ${apiOf(master, endpoint)} --request-timeout 30s`
}

/**
 * Asks whether an API server is ready, and whether it is one of this cluster; prints what is wrong. The request is anonymous: the
 * inventory has no flag that forbids it (check-readiness-flags.ts). Right after its start the server refuses all requests (403).
 */
export function isReady(url: string): Script {
  return sh`
[ -e /etc/kubernetes/pki/ca.crt ] || { echo 'kubeadm has not finished'; exit 1; }
code=$(curl -sm5 --noproxy '*' --cacert /etc/kubernetes/pki/ca.crt -o /dev/null -w '%{http_code}' ${`${url}/readyz`})
case $? in
  0) ;;
  60) echo ${`${url} has a certificate of another authority`}; exit 1 ;;
  *) echo ${`${url} does not answer`} "(curl: $?)"; exit 1 ;;
esac
[ "$code" = 200 ] || { echo ${`${url}/readyz answers`} "$code"; exit 1; }`
}
