import { memberOf } from '../facts/member-of.js'
import type { Node } from '../inventory/cluster.js'
import { knownName } from '../inventory/node-name.js'
import { isMaster, joinsCluster } from '../inventory/roles.js'
import type { CommandResource } from '../resources/resource.js'
import { sh } from '../shell.js'
import { etcd, hasNoMember, UNTOLD } from './control-plane/etcd-member.js'
import { kubectl } from './control-plane/control-plane.js'
import type { ClusterContext, Step, StepContext } from './step.js'
import { joins } from '../topology.js'

/** A machine that was wiped, or whose join was cut off, may still be counted as what it was before: it goes before it comes. */
export const formerMembers: Step = {
  id: 'former-members',
  title: 'Forget machines as they were before they join again',
  why: 'A member of etcd that never comes back costs a vote, and kubeadm joins nobody whose name is taken.',
  runsOn: (node, { topology }) => node.name === topology.acting && topology.init === undefined,
  rollout: 'parallel',
  resources: (context) => joining(context).map((node) => forget(node, context)),
}

function joining({ cluster, topology }: ClusterContext): readonly Node[] {
  return cluster.nodes.filter((node) => joinsCluster(node) && joins(node, topology))
}

function forget(node: Node, { cluster, node: master, facts }: StepContext): CommandResource {
  const { members } = facts.kubernetes
  const name = knownName(node)
  const member = memberOf(node, members ?? [])
  const kube = kubectl(master, cluster.endpoint)
  return {
    kind: 'command',
    id: `forget:${node.name}`,
    summary: `take ${node.name} as it was before out of ${member === undefined ? 'the cluster' : 'etcd and the cluster'}`,
    doneText: 'neither etcd nor the API server know it',
    doneWhen: sh`${members === undefined && isMaster(node) ? UNTOLD : hasNoMember(master, member)}
node=$(${kube} get node ${name} --ignore-not-found -o name) || exit 2
[ -z "$node" ] || { echo ${`there is a Node ${name} already`}; exit 1; }`,
    run: sh`
${member === undefined ? sh`:` : sh`${etcd(master, 'cluster/member/remove', JSON.stringify({ ID: member.id }))} >/dev/null || exit 1`}
${kube} delete node ${name} --ignore-not-found`,
    undo: 'nothing',
    transient: true,
  }
}
