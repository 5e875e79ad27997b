import type { Facts } from '../../facts/facts.js'
import type { Cluster } from '../../inventory/cluster.js'
import { nodeList } from '../../inventory/node-list.js'
import type { Seen } from '../../topology.js'

/** What an offline plan takes for granted of the machines, as sentences for its reader; alike machines share theirs. */
export function assumptionsOf(seen: readonly Seen[], cluster: Cluster): readonly string[] {
  const groups = new Map<string, string[]>()
  for (const { node, facts } of seen) {
    const text = machine(facts, cluster)
    groups.set(text, [...(groups.get(text) ?? []), node.name])
  }
  return [...groups].map(([text, nodes]) => (groups.size === 1 ? text : `${nodeList(nodes)}: ${text}`))
}

function machine({ os, security, networkManager, time, cloudInit }: Facts, cluster: Cluster): string {
  const keeper = time.daemons.find(({ active }) => active)?.unit.replace(/\.service$/, '')
  const present = [
    ...(security.selinux === undefined ? [] : [`SELinux ${security.selinux.mode}`]),
    ...(networkManager ? ['NetworkManager'] : []),
    ...(keeper === undefined ? [] : [keeper]),
    ...(cloudInit ? ['cloud-init'] : []),
    ...security.firewalls,
  ]
  const absent = [
    ...(security.selinux === undefined ? ['SELinux'] : []),
    ...(networkManager ? [] : ['NetworkManager']),
    ...(keeper === undefined ? ['clock daemon'] : []),
    ...(cloudInit ? [] : ['cloud-init']),
    ...(security.firewalls.length === 0 ? [`firewall${needsDecision(cluster)}`] : []),
  ]
  const has = present.length === 0 ? '' : ` with ${present.join(', ')}`
  return `a fresh ${os.name}${has}; no ${absent.join(', no ')}`
}

/** P28: one that runs stops the real plan. */
function needsDecision({ firewall }: Cluster): string {
  return firewall === undefined ? ' (if one runs, such as firewalld or ufw, `firewall` must be set)' : ''
}
