import type { EtcdMember } from '../facts/facts.js'
import type { Node } from '../inventory/cluster.js'
import { type Script, sh } from '../shell.js'

/** By name, or where it has not started yet, by the address of its peers. */
export function memberOf({ name, address }: Node, members: readonly EtcdMember[]): EtcdMember | undefined {
  const host = address.includes(':') ? `[${address}]` : address
  return members.find((member) => member.name === name || member.peerURLs.some((url) => url.includes(`//${host}:`)))
}

/** A call of etcd's own gateway on a master, with the certificates that kubeadm made. */
export function etcd(path: string, body: string): Script {
  const pki = '/etc/kubernetes/pki/etcd'
  return sh`curl -sSm10 --noproxy '*' --fail --cacert ${`${pki}/ca.crt`} --cert ${`${pki}/server.crt`} --key ${`${pki}/server.key`} -d ${body} ${`https://127.0.0.1:2379/v3/${path}`}`
}

/** Goes on where etcd does not count it; ends with 1 where it does, 2 where that cannot be told. */
export function hasNoMember(member: EtcdMember | undefined): Script {
  return member === undefined
    ? sh`:`
    : sh`
members=$(${etcd('cluster/member/list', '{}')}) || exit 2
if printf '%s' "$members" | grep -qF ${`"ID":"${member.id}"`}; then echo ${`etcd has it as member ${member.id}`}; exit 1; fi`
}
