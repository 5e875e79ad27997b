import type { EtcdMember } from '../facts/facts.js'
import type { Node } from '../inventory/cluster.js'
import { joinsCluster } from '../inventory/roles.js'
import type { CommandResource } from '../resources/resource.js'
import { type Script, sh } from '../shell.js'
import { joins, kubectl } from './control-plane.js'
import type { ClusterContext, Step, StepContext } from './step.js'

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

/** By name, or where it has not started yet, by the address of its peers. */
function memberOf({ name, address }: Node, members: readonly EtcdMember[]): EtcdMember | undefined {
  const host = address.includes(':') ? `[${address}]` : address
  return members.find((member) => member.name === name || member.peerURLs.some((url) => url.includes(`//${host}:`)))
}

function etcd(path: string, body: string): Script {
  const pki = '/etc/kubernetes/pki/etcd'
  return sh`curl -sSm10 --noproxy '*' --fail --cacert ${`${pki}/ca.crt`} --cert ${`${pki}/server.crt`} --key ${`${pki}/server.key`} -d ${body} ${`https://127.0.0.1:2379/v3/${path}`}`
}

function forget(node: Node, { cluster, node: master, facts }: StepContext): CommandResource {
  const member = memberOf(node, facts.kubernetes.members ?? [])
  const kube = kubectl(master, cluster.endpoint)
  const isMember =
    member === undefined
      ? sh`:`
      : sh`
members=$(${etcd('cluster/member/list', '{}')}) || exit 2
if printf '%s' "$members" | grep -qF ${`"ID":"${member.id}"`}; then echo ${`etcd has it as member ${member.id}`}; exit 1; fi`
  return {
    kind: 'command',
    id: `forget:${node.name}`,
    summary: `take ${node.name} as it was before out of ${member === undefined ? 'the cluster' : 'etcd and the cluster'}`,
    doneText: 'neither etcd nor the API server know it',
    doneWhen: sh`${isMember}
node=$(${kube} get node ${node.name} --ignore-not-found -o name) || exit 2
[ -z "$node" ] || { echo ${`there is a Node ${node.name} already`}; exit 1; }`,
    run: sh`
${member === undefined ? sh`:` : sh`${etcd('cluster/member/remove', JSON.stringify({ ID: member.id }))} >/dev/null || exit 1`}
${kube} delete node ${node.name} --ignore-not-found`,
    undo: 'nothing',
    transient: true,
  }
}
