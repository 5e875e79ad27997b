import { createHash } from 'node:crypto'
import type { Cluster, Node, OsRelease, Role } from '../inventory/cluster.js'

/** One virtual machine for a node of the inventory. */
export interface Vm {
  readonly name: string
  readonly address: string
  readonly os: OsRelease
  readonly cpus: number
  readonly mebibytes: number
  readonly user: string
  /** Line of authorized_keys. */
  readonly key: string
  /** The same for the same address. */
  readonly mac: string
}

/** What kubeadm asks for (2 CPUs, 1700 MiB on a master), with room for something to run. */
const SIZES: Readonly<Record<Role, { readonly cpus: number; readonly mebibytes: number }>> = {
  'control-plane': { cpus: 2, mebibytes: 4096 },
  worker: { cpus: 2, mebibytes: 2048 },
  'load-balancer': { cpus: 1, mebibytes: 1024 },
}

export interface VmOptions {
  /** For nodes that declare none. */
  readonly os: OsRelease
  readonly keyOf: (node: Node) => string
}

/** The virtual machines of an inventory, in its order. */
export function vmsOf(cluster: Cluster, { os, keyOf }: VmOptions): readonly Vm[] {
  return cluster.nodes.map((node) => ({
    name: node.name,
    address: node.address,
    os: node.os ?? os,
    cpus: Math.max(...node.roles.map((role) => SIZES[role].cpus)),
    mebibytes: Math.max(...node.roles.map((role) => SIZES[role].mebibytes)),
    user: node.ssh.user,
    key: keyOf(node),
    mac: macOf(node.address),
  }))
}

/** What of the inventory does not hold for these machines, one sentence each. */
export function doubtsOf(cluster: Cluster): readonly string[] {
  return cluster.nodes.flatMap(({ name, address, ssh }) => {
    const isDirect = ssh.host === address && ssh.port === 22 && ssh.bastions.length === 0
    if (isDirect) return []
    const through = ssh.bastions.length === 0 ? '' : ' through a bastion'
    return [
      `The inventory logs in to ${name} at ${ssh.host}:${String(ssh.port)}${through}; this machine answers at ${address}:22.`,
    ]
  })
}

/** 52:54:00 are addresses of KVM, locally administered. */
function macOf(address: string): string {
  const bytes = createHash('sha256').update(address).digest('hex').slice(0, 6)
  return ['52', '54', '00', ...(bytes.match(/../g) ?? [])].join(':')
}
