import type { Cluster } from '../../inventory/cluster.js'
import { osFamilyOf } from '../../os/index.js'
import { runningVersions, type RunningVersions } from '../../facts/running-versions.js'
import { isUntouched, type Seen } from '../../topology.js'
import type { Check } from '../check.js'
import type { Finding } from '../finding.js'

/** P50: programs of Kubernetes run at another version than the one that is installed or wanted, as after half an upgrade by hand. */
export const runningVersion: Check = ({ seen, cluster, topology }) =>
  seen
    .filter(({ node }) => !isUntouched(topology.states[node.name]))
    .flatMap((one) => {
      const running = runningVersions(one, seen)
      return [...ofComponents(one, running, cluster), ...ofKubelet(one, running)]
    })

function ofComponents(one: Seen, { components }: RunningVersions, cluster: Cluster): readonly Finding[] {
  const { kubernetes, inventoryPath } = cluster
  const others = Object.entries(components).filter(([, version]) => version !== kubernetes.version)
  if (others.length === 0) return []
  const running = others.map(([name, version]) => `${name} ${version}`).join(', ')
  return [
    {
      id: 'P50',
      severity: 'warning',
      node: one.node.name,
      message: `runs ${running}, and the inventory wants ${kubernetes.version}: an apply does not upgrade the control plane`,
      fix: `Run \`kubeadm upgrade apply v${kubernetes.version}\` on the first control-plane node and \`kubeadm upgrade node\` on each other one, or set kubernetes.version in ${inventoryPath} to the version that runs: kubeadm does not go back`,
    },
  ]
}

/** A package of the kubelet restarts nothing: who installs it by hand must. */
function ofKubelet(one: Seen, { kubelet }: RunningVersions): readonly Finding[] {
  const { os, packages } = one.facts
  const revision = packages.installed['kubelet']
  const installed = revision === undefined ? undefined : osFamilyOf(os)?.packages.upstream(revision)
  if (kubelet === undefined || installed === undefined || installed === kubelet) return []
  return [
    {
      id: 'P50',
      severity: 'warning',
      node: one.node.name,
      message: `still runs kubelet ${kubelet}, and ${installed} is installed: the kubelet has not been restarted`,
      fix: 'Run `systemctl restart kubelet` there',
    },
  ]
}
