import type { Cluster, Json } from './cluster.js'

type Settings = Readonly<Record<string, Json>>

/** What tripod itself sets for kube-proxy; the inventory's settings win. */
export const KUBE_PROXY_OWN: Settings = { mode: 'iptables' }

/** What tripod itself sets for all kubelets, where the inventory does not: containerd runs with the same cgroup driver. */
export function kubeletOwn(cluster: Cluster): Settings {
  return { cgroupDriver: 'systemd', ...(acceptsCgroupV1(cluster) ? { failCgroupV1: false } : {}) }
}

/** From 1.35 on kubelet and kubeadm refuse cgroup v1 unless told otherwise (domain reference 1.6); `accept: [P11]` says so. */
export function acceptsCgroupV1({ accept, kubernetes }: Cluster): boolean {
  return accept.includes('P11') && kubernetes.minor >= 35
}

/** Whether the kubelet is told to live with swap: what makes swap is then the operator's (NodeSwap, stable in Kubernetes 1.34). */
export function keepsSwap({ kubelet }: Pick<Cluster, 'kubelet'>): boolean {
  return kubelet['failSwapOn'] === false
}
