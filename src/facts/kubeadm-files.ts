import type { KubernetesFacts } from './facts.js'
import { CA_FILES } from '../pki/authorities.js'

/** Where kubeadm keeps authorities and certificates. */
export const PKI = '/etc/kubernetes/pki'

/** A whole set of authorities. */
export const AUTHORITY_FILES: readonly string[] = CA_FILES.map((file) => `${PKI}/${file}`)

export const MANIFESTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
  (name) => `/etc/kubernetes/manifests/${name}.yaml`,
)

export const KUBELET_CONF = '/etc/kubernetes/kubelet.conf'

/** Names of what the authorities sign, in the directory of theirs. Source: kubeadm's constants. */
export const LEAVES = [
  'apiserver',
  'apiserver-kubelet-client',
  'apiserver-etcd-client',
  'front-proxy-client',
  'etcd/server',
  'etcd/peer',
  'etcd/healthcheck-client',
] as const

/** What only an init or join writes. That of an administrator is copied about, and authorities are put in place before. */
const OF_ATTEMPTS = [
  ...MANIFESTS,
  ...pairsOf(LEAVES),
  ...['kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map((name) => `/etc/kubernetes/${name}.conf`),
]

function pairsOf(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [`${PKI}/${name}.crt`, `${PKI}/${name}.key`])
}

/** Whether an init or join was at work here. Other people's files beside kubeadm's prove nothing. */
export function hasJoined({ files, etcdData }: KubernetesFacts): boolean {
  return etcdData || OF_ATTEMPTS.some((path) => path in files)
}

/** Control-plane files or its data; also on the way there. */
export function runsControlPlane({ files, etcdData }: KubernetesFacts): boolean {
  return etcdData || [...MANIFESTS, `${PKI}/apiserver.crt`].some((path) => path in files)
}

/** Addresses of an etcd that kubeadm did not put on this master; undefined where it has, or will have, one of its own. */
export function etcdElsewhere({ files, flags }: KubernetesFacts): string | undefined {
  const servers = flags['etcd-servers']
  if (servers === undefined || MANIFESTS[0] === undefined || MANIFESTS[0] in files) return undefined
  return /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+$/.test(servers) ? undefined : servers
}
