import type { Check } from '../check.js'
import { notedVersion } from './unappliable-settings.js'
import { joins } from '../../topology.js'
import { isMaster } from '../../inventory/roles.js'

/**
 * P50: kubeadm noted another version at its last init or upgrade than the inventory has, as after packages were lifted by hand. A
 * control-plane node that joins gets the API server of the noted version, beside a kubelet of the inventory's.
 */
export const clusterVersion: Check = ({ seen, cluster, topology }) => {
  const { kubernetes, inventoryPath, name } = cluster
  const noted = seen
    .filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
    .map(({ facts }) => notedVersion(facts.kubernetes))
    .find((version) => version !== undefined)
  if (noted === undefined || noted === kubernetes.version) return []
  const joining = seen.filter(({ node }) => isMaster(node) && joins(node, topology)).map(({ node }) => node.name)
  const message = `the ConfigMap kubeadm-config of ${name} says Kubernetes ${noted}, the inventory says ${kubernetes.version}: new packages alone do not upgrade a cluster`
  const fix = `Run \`kubeadm upgrade apply v${kubernetes.version}\` on ${topology.acting ?? 'a control-plane node'}, or set kubernetes.version in ${inventoryPath} to ${noted}`
  if (joining.length === 0) return [{ id: 'P50', severity: 'warning', message, fix }]
  return joining.map((node) => ({
    id: 'P50',
    severity: 'fatal',
    node,
    message: `${message}, and ${node} would join with an API server of ${noted}`,
    fix,
  }))
}
