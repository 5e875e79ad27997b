import type { EtcdMember } from '../../facts/facts.js'
import type { Node } from '../../inventory/cluster.js'
import { type Script, sh } from '../../shell.js'
import { urlHost } from '../../inventory/url-host.js'

/** Where the etcd of a master listens for itself alone: kubeadm takes the loopback of the family of the node's address. */
export function etcdUrl({ address }: Pick<Node, 'address'>): string {
  return `https://${address.includes(':') ? '[::1]' : '127.0.0.1'}:2379`
}

/** A call of etcd's own gateway on a master, with the certificates that kubeadm made. */
export function etcd(master: Pick<Node, 'address'>, path: string, body: string): Script {
  return ask(etcdUrl(master), path, body)
}

/** Lets that member lead, where `leaver` does: it says no by itself where it does not. Without, its going costs the others an election. */
export function handOver({ address }: Pick<Node, 'address'>, { id }: EtcdMember): Script {
  const url = `https://${urlHost(address)}:2379`
  return sh`if ${ask(url, 'maintenance/transfer-leadership', JSON.stringify({ targetID: id }))} >/dev/null 2>&1; then echo 'it led etcd, and leads no more'; fi`
}

function ask(url: string, path: string, body: string): Script {
  const pki = '/etc/kubernetes/pki/etcd'
  return sh`curl -sSm10 --noproxy '*' --fail --cacert ${`${pki}/ca.crt`} --cert ${`${pki}/server.crt`} --key ${`${pki}/server.key`} -d ${body} ${`${url}/v3/${path}`}`
}

/** Not told is not the same as no member. */
export const UNTOLD: Script = sh`echo 'etcd did not tell its members; tripod plan asks again'; exit 2`

/** Goes on where etcd does not count it; ends with 1 where it does, 2 where that cannot be told. */
export function hasNoMember(master: Pick<Node, 'address'>, member: EtcdMember | undefined): Script {
  return member === undefined
    ? sh`:`
    : sh`
members=$(${etcd(master, 'cluster/member/list', '{}')}) || exit 2
if printf '%s' "$members" | grep -qF ${`"ID":"${member.id}"`}; then echo ${`etcd has it as member ${member.id}`}; exit 1; fi`
}
