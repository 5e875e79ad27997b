import type { Node } from '../inventory/cluster.js'
import type { CommandResource } from '../resources/resource.js'
import { sh } from '../shell.js'
import { CRI_SOCKET, filesOf, isHalf } from './control-plane.js'
import type { StepContext } from './step.js'

const LEFT = [
  '/etc/kubernetes/kubelet.conf',
  '/etc/kubernetes/bootstrap-kubelet.conf',
  '/etc/kubernetes/manifests/*.yaml',
  '/etc/kubernetes/pki/apiserver.crt',
  '/var/lib/etcd/member',
  '/var/lib/kubelet/config.yaml',
]

/**
 * What an init or join left that did not come to its end is taken away before the next one: kubeadm would stumble over it. The
 * authorities stay, as they were given to the node before.
 */
export function withoutUnfinished({ node, topology, facts }: StepContext): readonly CommandResource[] {
  if (!isHalf(topology.states[node.name])) return []
  const onlyData = facts.kubernetes.etcdData && topology.init === node.name
  return [
    {
      kind: 'command',
      id: 'reset-unfinished',
      summary: 'kubeadm reset of an unfinished init or join',
      details: onlyData ? ['the data of its etcd, which no other master has, is lost'] : [],
      doneText: 'nothing unfinished is left',
      doneWhen: done(node),
      run: sh`
set -e
umask 077
mkdir -p /var/lib/tripod
keep=$(mktemp -d /var/lib/tripod/keep.XXXXXX)
mkdir -p /etc/kubernetes/pki/etcd
cd /etc/kubernetes/pki
for file in ca.crt ca.key etcd/ca.crt etcd/ca.key front-proxy-ca.crt front-proxy-ca.key sa.pub sa.key; do
  if [ -e "$file" ]; then cp -p --parents -- "$file" "$keep"; fi
done
kubeadm reset --force --cri-socket ${CRI_SOCKET}
rm -rf /var/lib/etcd/member
cp -a "$keep/." /etc/kubernetes/pki/
rm -rf -- "$keep"`,
      undo: 'nothing',
      transient: true,
      disruption: onlyData ? 'data-loss' : 'restart',
      detached: true,
      timeoutSeconds: 300,
    },
  ]
}

/** Whole is as good as nothing: what comes after in the same run makes it whole. */
function done(node: Node) {
  return sh`
missing=0
for path in ${filesOf(node)}; do [ -e "$path" ] || missing=1; done
[ $missing -eq 1 ] || exit 0
for path in ${LEFT.slice(0, 2)} /etc/kubernetes/manifests/*.yaml ${LEFT.slice(3)}; do
  if [ -e "$path" ]; then echo "$path is left of an unfinished init or join"; exit 1; fi
done`
}
