import type { LabNode, LabRecord } from '../record.js'

/** Subnet of all pods of a lab, as its inventory has it. */
export const PODS = '10.244.0.0/16'

/** Routing table for them: in the main one they would be networks of the machine's own. */
export const POD_TABLE = 77

/** A machine's own part of it, by the last number of its address. */
export function podsOf({ address }: Pick<LabNode, 'address'>): string {
  return `10.244.${address.split('.')[3] ?? ''}.0/24`
}

/**
 * A bridge for pods, by the plugins that every kubelet comes with: Calico's images are nothing that a closed network has. What one
 * machine sends to the pods of another goes by the routes of its namespace.
 */
export function podNetwork(node: LabNode): Readonly<Record<string, string>> {
  const plugins = [
    {
      type: 'bridge',
      bridge: 'pods',
      isDefaultGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: podsOf(node) }]] },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ]
  const text = JSON.stringify({ cniVersion: '0.4.0', name: 'lab', plugins }, undefined, 2)
  return { 'etc/cni/net.d/10-lab.conflist': `${text}\n` }
}

/** Machines whose pods are reached through the network. */
export function podRoutes(lab: Pick<LabRecord, 'nodes' | 'kubernetes'>, node: LabNode): readonly LabNode[] {
  return lab.kubernetes === undefined ? [] : lab.nodes.filter(({ name }) => name !== node.name)
}
