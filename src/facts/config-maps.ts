/** In it, in kube-system, the cluster keeps which manifests of a pod network tripod applied: name of the set -> sha256 of its text. */
export const NETWORK_RECORD = 'tripod-network'

/**
 * Of kube-system: what kubeadm and tripod noted of the cluster they made. Beside these, `kubelet-config-1.NN` is asked for: before
 * 1.24 the ConfigMap of kubelets had the minor in its name (kubeadm's feature UnversionedKubeletConfigMap).
 */
export const CONFIG_MAPS = ['kubeadm-config', 'kube-proxy', NETWORK_RECORD, 'kubelet-config'] as const

/** How many ConfigMaps the facts script asks for. */
export const ASKED_FOR = CONFIG_MAPS.length + 1
