import type { Facts } from '../../facts/facts.js'
import type { Cluster, Node } from '../../inventory/cluster.js'
import { neededPorts, spellPorts } from '../../inventory/needed-ports.js'
import { listed, type Check } from '../check.js'
import type { Finding } from '../finding.js'

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
    if (cluster.firewall === 'ignore') return [ports(node, firewalls, cluster)]
    return cluster.firewall === 'manage' ? vrrpUnknown(node, facts, cluster) : []
  })

/** The first ufw with a word for VRRP. */
const KNOWS_VRRP = [0, 36, 2] as const

function vrrpUnknown(node: Node, { security, packages }: Facts, cluster: Cluster): readonly Finding[] {
  const version = packages.installed['ufw']
  const needsIt = neededPorts(node, cluster).some(({ protocol }) => protocol === 'vrrp')
  if (!security.firewalls.includes('ufw') || !needsIt || version === undefined || isSince(version, KNOWS_VRRP))
    return []
  return [
    {
      id: 'P28',
      severity: 'fatal',
      node: node.name,
      message: `ufw ${version} on ${node.name} has no rules for VRRP, by which the hosts of the load balancer hear each other; ${KNOWS_VRRP.join('.')} is the first`,
      fix: `Open the ports yourself, VRRP by a line \`-A ufw-before-input -p vrrp -j ACCEPT\` in /etc/ufw/before.rules, and write \`firewall: ignore\` in ${cluster.inventoryPath}; or use \`disable\``,
    },
  ]
}

/** `0.36.1-4ubuntu0.1` and the like; the packaging revision does not count. */
function isSince(version: string, wanted: readonly number[]): boolean {
  const own = version.replace(/^\d+:/, '').split(/[^\d]/).map(Number)
  const differs = wanted.findIndex((part, index) => part !== (own[index] ?? 0))
  return differs === -1 || (own[differs] ?? 0) > (wanted[differs] ?? 0)
}

function ports(node: Node, firewalls: readonly string[], cluster: Cluster): Finding {
  const { podSubnet, serviceSubnet } = cluster.network
  const needed = neededPorts(node, cluster).map(spellPorts)
  return {
    id: 'P28',
    severity: 'warning',
    node: node.name,
    message: `${listed(firewalls)} on ${node.name} is left alone; it must let in\n${[...needed, `everything from ${podSubnet} and ${serviceSubnet} (pods, services), which it must forward too`].join('\n')}`,
    fix: 'Open what is not open yet; an apply tries the TCP ports between the nodes before they are needed, the others it cannot',
  }
}
