import { osFamilyOf } from '../../os/index.js'
import { isUntouched } from '../../topology.js'
import type { Check } from '../check.js'

/** P50: a node of the cluster runs another version than the inventory wants. An upgrade has an order that a package has not. */
export const installedVersion: Check = ({ seen, cluster: { kubernetes, inventoryPath }, topology }) =>
  seen.flatMap(({ node, facts }) => {
    const installed = facts.packages.installed['kubelet']
    if (installed === undefined || isUntouched(topology.states[node.name])) return []
    const version = osFamilyOf(facts.os)?.packages.upstream(installed)
    if (version === undefined || version === kubernetes.version) return []
    return [
      {
        id: 'P50',
        severity: 'fatal',
        node: node.name,
        message: `is a node of the cluster at Kubernetes ${version}, the inventory wants ${kubernetes.version}: installing packages is no upgrade`,
        fix: `Set kubernetes.version in ${inventoryPath} back to ${version}, or upgrade the cluster by \`kubeadm upgrade\` first`,
      },
    ]
  })
