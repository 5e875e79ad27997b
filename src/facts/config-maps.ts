/** In it, in kube-system, the cluster keeps which manifests of a pod network tripod applied: name of the set -> sha256 of its text. */
export const NETWORK_RECORD = 'tripod-network'

/** Of kube-system: what kubeadm and tripod noted of the cluster they made. */
export const CONFIG_MAPS = ['kubeadm-config', 'kube-proxy', NETWORK_RECORD] as const
