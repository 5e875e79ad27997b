import type { Facts } from '../../facts/facts.js'
import { parseAddress } from '../../inventory/address.js'
import type { Node } from '../../inventory/cluster.js'
import { nodeName } from '../../inventory/node-name.js'
import { shortNames } from '../../inventory/short-names.js'
import type { Seen } from '../../topology.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'

/**
 * P07: lines of others in /etc/hosts that give a node another address. They stay, and are taken beside tripod's: of all lines of a
 * name Go tries the first one first, glibc sorts them by what is reachable.
 */
export const hostsFile: Check = ({ seen, cluster }) => {
  const shorts = shortNames(cluster)
  const namesOf = (node: Node): readonly string[] => {
    const name = nodeName(node)
    return name === undefined ? [] : [...new Set([name, shorts.get(name) ?? name])]
  }
  return seen.flatMap(({ node: { name }, facts: { hosts } }) => {
    const wrong = cluster.nodes.flatMap((node) =>
      elsewhere(node, namesOf(node), hosts)
        .filter(({ address }) => !isOwn(address, node, name, seen))
        .map(({ as, address }) => `${as} ${address}`),
    )
    return wrong.length === 0
      ? []
      : {
          id: 'P07',
          severity: 'warning' as const,
          node: name,
          message: `/etc/hosts of ${name} gives other addresses than the inventory: ${listed(wrong)}; they are tried beside tripod's`,
          fix: `Take the names out of those lines on ${name}, or correct the addresses in ${cluster.inventoryPath}`,
        }
  })
}

interface Elsewhere {
  /** The name that stands there. */
  readonly as: string
  readonly address: string
}

/** Addresses of the node's names that are not the inventory's. IPv4 and IPv6 are looked up apart. */
function elsewhere({ address }: Node, own: readonly string[], hosts: Facts['hosts']): readonly Elsewhere[] {
  const wanted = parseAddress(address)
  return hosts.flatMap((line) => {
    const as = own.find((name) => line.names.includes(name))
    const found = parseAddress(line.address)
    if (as === undefined || found === undefined || found.family !== wanted?.family) return []
    return found.value === wanted.value ? [] : [{ as, address: found.canonical }]
  })
}

/** A machine may have more than one address; and Debian's installer calls each machine 127.0.1.1 on itself. */
function isOwn(address: string, node: Node, on: string, seen: readonly Seen[]): boolean {
  if (address.startsWith('127.') || address === '::1') return on === node.name
  const its = seen.find((one) => one.node.name === node.name)?.facts.addresses ?? []
  return its.some((one) => parseAddress(one.address)?.canonical === address)
}
