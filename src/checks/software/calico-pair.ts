import { findCalico, PINNED_CALICO, untestedCalico } from '../../manifests/pins.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'
import type { Finding } from '../finding.js'

/** P24: Calico is taken by its checksum, or not at all: the cluster then waits for a network that somebody else applies. */
export const calicoPair: Check = ({ cluster }) => {
  if (cluster.network.cni !== 'calico') return []
  const untested = untestedCalico(cluster)
  if (untested !== undefined) return [notListed(untested, cluster)]
  if (findCalico(cluster) !== undefined) return []
  return [
    {
      id: 'P24',
      severity: 'warning',
      message: `no release of Calico is pinned for Kubernetes ${cluster.kubernetes.version}; pinned are ${listed(PINNED_CALICO)}: the cluster gets no pod network`,
      fix: `Name a calico.yaml that fits, and its sum, as sources.manifests.calico and sha256 in ${cluster.inventoryPath}, or set network.cni: none`,
    },
  ]
}

function notListed(release: string, { kubernetes, inventoryPath }: Cluster): Finding {
  return {
    id: 'P24',
    severity: 'warning',
    message: `no release of Calico lists Kubernetes 1.${String(kubernetes.minor)} as tested; the cluster gets the newest that is pinned, ${release}`,
    fix: `Try it on machines that do not matter first, or name another calico.yaml and its sum as sources.manifests.calico and sha256 in ${inventoryPath}`,
  }
}
