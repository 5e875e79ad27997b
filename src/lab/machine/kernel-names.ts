import type { LabNode, LabRecord } from '../record.js'

type Of = Pick<LabRecord, 'subnet'>

/** Names of a lab's things in the kernel. They carry its subnet, which no two labs of one computer share. */

/** The lab's bridge, and the beginning of the names of all its links (15 characters at most). */
export function bridgeOf({ subnet }: Of): string {
  return `tripod-${subnet}`
}

/** The computer's end of a machine's cable. */
export function cableOf(lab: Of, node: LabNode): string {
  return `${bridgeOf(lab)}-${node.address.split('.')[3] ?? ''}`
}

/** A machine's network namespace. */
export function namespaceOf(lab: Of, node: Pick<LabNode, 'name'>): string {
  return `${bridgeOf(lab)}-${node.name}`
}

/** Beginning of the names of a lab's control groups, or of one part of it (a machine, the time server). */
export function groupsOf(lab: Of, part?: string): string {
  return part === undefined ? `${bridgeOf(lab)}.` : `${bridgeOf(lab)}.${part}.`
}

/** Address of the lab's bridge: the machines' gateway and time server. */
export function gatewayOf({ subnet }: Of): string {
  return `10.77.${subnet}.1`
}

/** The address kept free for the cluster's endpoint. */
export function vipOf({ subnet }: Of): string {
  return `10.77.${subnet}.10`
}

/** The lab's network. */
export function networkOf({ subnet }: Of): string {
  return `10.77.${subnet}.0/24`
}
