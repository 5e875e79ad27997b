import type { Node } from '../inventory/cluster.js'
import type { Cluster } from '../inventory/cluster.js'
import { neededPorts, spellPorts } from '../inventory/needed-ports.js'
import { listed, type Check } from './check.js'
import type { Finding } from './finding.js'

/** P28: a firewall that is at work, and nobody has said what to do about it; or it was said to leave it alone. */
export const firewall: Check = ({ seen, cluster }) =>
  seen.flatMap(({ node, facts }): readonly Finding[] => {
    const { firewalls } = facts.security
    if (firewalls.length === 0) return []
    if (cluster.firewall === undefined)
      return [
        {
          id: 'P28',
          severity: 'fatal',
          node: node.name,
          message: `${listed(firewalls)} is active on ${node.name}, and the inventory does not say what to do about it`,
          fix: `Write into ${cluster.inventoryPath}: \`firewall: manage\` (tripod adds its rules), \`disable\` (it is switched off) or \`ignore\` (you open the ports)`,
        },
      ]
    return cluster.firewall === 'ignore' ? [ports(node, firewalls, cluster)] : []
  })

function ports(node: Node, firewalls: readonly string[], cluster: Cluster): Finding {
  const { podSubnet, serviceSubnet } = cluster.network
  const needed = neededPorts(node, cluster).map(spellPorts)
  return {
    id: 'P28',
    severity: 'warning',
    node: node.name,
    message: `${listed(firewalls)} on ${node.name} is left alone; it must let in\n${[...needed, `everything from ${podSubnet} and ${serviceSubnet} (pods, services)`].join('\n')}`,
    fix: 'Open what is not open yet; an apply tries the TCP ports between the nodes before they are needed',
  }
}
