import type { Cluster } from '../../inventory/cluster.js'
import { type Check, listed } from '../check.js'
import type { Finding } from '../finding.js'
import { joins } from '../../topology.js'
import { isMaster } from '../../inventory/roles.js'

/**
 * First patch of each minor whose kubeadm gives API servers a certificate without a group for talking to kubelets. From then on the
 * ClusterRoleBinding kubeadm:apiserver-kubelet-client grants it, and only `kubeadm init` and `kubeadm upgrade apply` make that.
 * Sources: kubernetes/kubernetes#138957, cherry-picks #138958 (1.36), #138959 (1.35), #138960 (1.34), #138964 (1.33); the patch
 * versions: troubleshooting guide of Cluster API.
 */
const FIRST_PATCHES: Readonly<Record<number, number>> = { 33: 12, 34: 8, 35: 5, 36: 1 }

/** Whether kubeadm of that version makes certificates which need the binding. */
function needsBinding(version: string): boolean {
  const [, minor = 0, patch = 0] = version.split('.').map(Number)
  return minor >= 37 || patch >= (FIRST_PATCHES[minor] ?? Infinity)
}

/** P58: the API server of a control-plane node that joins now would be refused by kubelets: no logs, no exec. */
export const kubeletAccess: Check = ({ seen, cluster, topology }) => {
  if (!needsBinding(cluster.kubernetes.version)) return []
  const ready = seen.filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
  const answers = ready.map(({ facts }) => facts.kubernetes.kubeletAccess).filter((answer) => answer !== undefined)
  if (ready.length === 0 || answers.includes(true)) return []
  const joining = seen.filter(({ node }) => isMaster(node) && joins(node, topology)).map(({ node }) => node.name)
  if (answers.length === 0) return joining.length === 0 ? [] : [unanswered(cluster, joining)]
  const message = `${cluster.name} does not let the user kube-apiserver-kubelet-client talk to kubelets, and API servers with a certificate from kubeadm ${cluster.kubernetes.version} need that: kubectl logs and exec would fail with "Forbidden"`
  const fix = `Run \`${BIND}\``
  if (joining.length === 0) return [{ id: 'P58', severity: 'warning', message, fix }]
  return joining.map((node) => ({ id: 'P58', severity: 'fatal', node, message, fix }))
}

const BIND =
  'kubectl create clusterrolebinding kubeadm:apiserver-kubelet-client --clusterrole=system:kubelet-api-admin --user=kube-apiserver-kubelet-client'

/** Unknown is neither yes nor no: the join goes on, and is said to be unproven. */
function unanswered({ name }: Cluster, joining: readonly string[]): Finding {
  return {
    id: 'P58',
    severity: 'warning',
    message: `the API of ${name} did not say whether API servers may talk to kubelets, which ${listed(joining)} will need for kubectl logs and exec`,
    fix: `If they fail with "Forbidden" afterwards: \`${BIND}\``,
  }
}
