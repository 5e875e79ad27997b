import type { Cluster, Node } from '../../inventory/cluster.js'
import { withoutProxy } from '../../os/proxy-environment.js'
import { lines, type Script, sh } from '../../shell.js'
import { hasJoined, kubectl } from '../control-plane/control-plane.js'

/** What `kubeadm init` does once the API server lives, in its order; each may be done again. */
const PHASES = [
  'upload-config all',
  'mark-control-plane',
  'bootstrap-token --skip-token-print',
  'kubelet-finalize all',
  'addon all',
]

/** What the last of these phases leave, and nobody can join without. */
const LEFT_BY_THEM = [
  ['kube-system', 'configmap/kubeadm-config'],
  ['kube-public', 'configmap/cluster-info'],
  ['kube-system', 'daemonset.apps/kube-proxy'],
] as const

/** The rest of an init that was cut off while the cluster lives already: to begin again would throw it away. */
export function finishInit(): Script {
  return lines([
    sh`set -e`,
    withoutProxy,
    ...PHASES.map((phase) => sh`kubeadm init phase ${phase.split(' ')} --config "$INPUTS/init.yaml"`),
  ])
}

/** 0 the init came to its end, 1 it did not, 2 that cannot be told. Until then not even the administrator may be allowed to ask. */
export function initEnded(node: Node, { endpoint }: Cluster): Script {
  const kube = kubectl(node, endpoint)
  return lines([
    hasJoined(node),
    ...LEFT_BY_THEM.map(
      ([namespace, name]) => sh`
found=$(${kube} -n ${namespace} get ${name} --ignore-not-found -o name 2>&1) || {
  case $found in *Forbidden*) exit 1 ;; esac
  echo "$found"; exit 2
}
[ -n "$found" ] || { echo ${`kubeadm init was cut off before it made ${name}`}; exit 1; }`,
    ),
  ])
}
