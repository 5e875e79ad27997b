import { joinsCluster } from '../../inventory/roles.js'
import { isPackagedUpstream } from '../../inventory/versions.js'
import { listed, type Check } from '../check.js'

/** P23: upstream's repositories begin with a later minor, so that older packages can only come from elsewhere. */
export const unpackaged: Check = ({ seen, cluster: { kubernetes, sources, inventoryPath }, offline }) => {
  // Offline, the warning of the inventory is enough: the repository may be named before the apply.
  if (offline === true || isPackagedUpstream(kubernetes.minor) || !sources.kubernetes.upstream) return []
  const without = seen.filter(
    ({ node, facts }) => joinsCluster(node) && facts.packages.installed['kubelet'] === undefined,
  )
  if (without.length === 0) return []
  return [
    {
      id: 'P23',
      severity: 'fatal',
      message: `${sources.kubernetes.url} has no packages of Kubernetes ${kubernetes.version} for ${listed(without.map(({ node }) => node.name))}`,
      fix: `Name a repository that has them as sources.kubernetes.url in ${inventoryPath}`,
    },
  ]
}
