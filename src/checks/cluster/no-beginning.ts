import type { Check } from '../check.js'
import { listed } from '../check.js'
import { isMaster } from '../../inventory/roles.js'

/** All masters were looked at, none serves, and none can begin the cluster: to go on would do nothing, and say so nowhere. */
export const noBeginning: Check = ({ seen, cluster, topology: { states, init, acting } }) => {
  const masters = cluster.nodes.filter(isMaster).map(({ name }) => name)
  if (
    masters.length === 0 ||
    init !== undefined ||
    acting !== undefined ||
    masters.some((name) => states[name] === undefined)
  )
    return []
  // A lost quorum speaks for itself.
  if (masters.some((name) => states[name] === 'control-plane-down')) return []
  const joined = seen.map(({ node }) => node.name).filter((name) => states[name] === 'worker-ready')
  const each = masters.map((name) => `${name} is ${states[name] ?? ''}`).join(', ')
  const why = joined.length > 0 ? `, and ${listed(joined)} joined a cluster before` : ''
  return [
    {
      id: 'P52',
      severity: 'fatal',
      message: `no master of ${cluster.name} serves, and none can initialise it: ${each}${why}`,
      fix:
        joined.length > 0
          ? `Bring a master of that cluster back into ${cluster.inventoryPath}; is it given up, run \`kubeadm reset -f\` and \`rm -rf /etc/kubernetes/pki\` on ${listed(joined)}`
          : 'Bring one of them back as it was; clear what is no longer needed with `kubeadm reset -f` there',
    },
  ]
}
