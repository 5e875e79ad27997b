import { findCalico, PINNED_CALICO } from '../manifests/pins.js'
import type { Check } from './check.js'
import { listed } from './check.js'

/** P24: Calico is taken by its checksum, or not at all: the cluster then waits for a network that somebody else applies. */
export const calicoPair: Check = ({ cluster }) => {
  if (cluster.network.cni !== 'calico' || findCalico(cluster) !== undefined) return []
  return [
    {
      id: 'P24',
      severity: 'warning',
      message: `no release of Calico is pinned for Kubernetes ${cluster.kubernetes.version}; pinned are ${listed(PINNED_CALICO)}: the cluster gets no pod network`,
      fix: `Name a calico.yaml that fits, and its sum, as sources.manifests.calico and sha256 in ${cluster.inventoryPath}, or set network.cni: none`,
    },
  ]
}
