import { findCalico, PINNED_CALICO } from '../manifests/pins.js'
import type { Check } from './check.js'
import { listed } from './check.js'

/** P24: Calico is taken by its checksum, or not at all; offline nothing is fetched, and nothing refused. */
export const calicoPair: Check = ({ cluster, offline }) => {
  if (cluster.network.cni !== 'calico' || findCalico(cluster) !== undefined) return []
  return [
    {
      id: 'P24',
      severity: offline === true ? 'warning' : 'fatal',
      message: `no release of Calico is pinned for Kubernetes ${cluster.kubernetes.version}; pinned are ${listed(PINNED_CALICO)}`,
      fix: `Name a calico.yaml that fits, and its sum, as sources.manifests.calico and sha256 in ${cluster.inventoryPath}, or set network.cni: none`,
    },
  ]
}
