import { LEAVES } from '../../facts/kubeadm-files.js'
import type { Node } from '../../inventory/cluster.js'
import { knownName } from '../../inventory/node-name.js'
import type { CommandResource } from '../../resources/resource.js'
import { lines, type Script, sh } from '../../shell.js'
import { ETCD_DATA, filesOf, hasJoined } from '../control-plane/control-plane.js'
import { etcd } from '../control-plane/etcd-member.js'
import { RESET_KUBEADM } from './kubeadm-reset.js'
import type { StepContext } from '../step.js'
import { isHalf } from '../../topology.js'
import { isMaster } from '../../inventory/roles.js'

/** What stands in kubeadm's way, or is taken for a control plane; on workers their copy of the authority, too. */
const LEFT = [
  '/etc/kubernetes/kubelet.conf',
  '/etc/kubernetes/bootstrap-kubelet.conf',
  '/etc/kubernetes/pki/apiserver.crt',
  ETCD_DATA,
  '/var/lib/kubelet/config.yaml',
]
const LEFT_ON_WORKER = '/etc/kubernetes/pki/ca.crt'

/**
 * What an init or join left that did not come to its end is taken away before the next one: kubeadm would stumble over it. The
 * authorities of a master stay, as they were given to it before, and what others keep beside them.
 */
export function withoutUnfinished(context: StepContext): readonly CommandResource[] {
  const { node, topology, facts } = context
  if (!isHalf(topology.states[node.name])) return []
  const onlyData = facts.kubernetes.etcdData && topology.init === node.name
  return [
    {
      kind: 'command',
      id: 'reset-unfinished',
      summary: 'kubeadm reset of an unfinished init or join',
      details: onlyData ? ['the data of its etcd, which no other master has, is lost'] : [],
      doneText: 'nothing unfinished is left',
      doneWhen: done(context),
      run: sh`
set -e
umask 077
mkdir -p /var/lib/tripod /etc/kubernetes/pki
# One that was killed before may have left the only copy on this node.
for old in /var/lib/tripod/keep.*; do
  if [ -d "$old" ]; then cp -an "$old/." /etc/kubernetes/pki/; rm -rf -- "$old"; fi
done
keep=$(mktemp -d /var/lib/tripod/keep.XXXXXX)
give_back() { mkdir -p /etc/kubernetes/pki && cp -a "$keep/." /etc/kubernetes/pki/ && rm -rf -- "$keep"; }
trap give_back EXIT
trap 'exit 143' HUP INT TERM
cp -a /etc/kubernetes/pki/. "$keep"
for name in ${isMaster(node) ? LEAVES : [...LEAVES, 'ca']}; do rm -f "$keep/$name.crt" "$keep/$name.key"; done
${RESET_KUBEADM}
reset_kubeadm
rm -rf /var/lib/etcd/member`,
      undo: 'nothing',
      transient: true,
      // The kubelet of such a node serves nobody: the init or join that follows starts it anyhow.
      ...(onlyData ? { disruption: 'data-loss' as const } : {}),
      detached: true,
      timeoutSeconds: 300,
    },
  ]
}

/** Whole is as good as nothing: what comes after in the same run makes it whole. */
function done(context: StepContext): Script {
  const { node } = context
  const left = isMaster(node) ? LEFT : [...LEFT, LEFT_ON_WORKER]
  return sh`
if (${isPart(context)}); then exit 0; fi
for path in ${left} /etc/kubernetes/manifests/*.yaml; do
  if [ -e "$path" ]; then echo "$path is left of an unfinished init or join"; exit 1; fi
done`
}

/** 0 the node is a whole part of the cluster, 1 it is not: of a master that is half with all files of a whole one, only its vote tells. */
export function isPart({ node, topology, facts: { kubernetes } }: StepContext): Script {
  const hadAll = filesOf(node).every((path) => path in kubernetes.files || (kubernetes.etcdData && path === ETCD_DATA))
  const isTold = !isMaster(node) || !isHalf(topology.states[node.name]) || !hadAll
  return isTold ? hasJoined(node) : lines([hasJoined(node), isVoter(node)])
}

function isVoter(node: Node): Script {
  return sh`${etcd(node, 'cluster/member/list', '{}')} 2>/dev/null | tr '{' '\n' | grep -F ${`"name":"${knownName(node)}"`} | grep -vqF '"isLearner":true' || exit 1`
}
