import type { Facts } from '../facts/facts.js'
import { parseAddress } from '../inventory/address.js'
import type { Node } from '../inventory/cluster.js'
import type { Seen } from '../topology.js'
import type { Check } from './check.js'
import { listed } from './check.js'

/**
 * P07: lines of others in /etc/hosts that give a node another address. They stay, and are taken beside tripod's: of all lines of a
 * name Go tries the first one first, glibc sorts them by what is reachable.
 */
export const hostsFile: Check = ({ seen, cluster }) =>
  seen.flatMap(({ node: { name }, facts: { hosts } }) => {
    const wrong = cluster.nodes.flatMap((node) =>
      elsewhere(node, hosts)
        .filter((address) => !isOwn(address, node, name, seen))
        .map((address) => `${node.name} ${address}`),
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

/** Addresses of the node's name that are not the inventory's. IPv4 and IPv6 are looked up apart. */
function elsewhere({ name, address }: Node, hosts: Facts['hosts']): readonly string[] {
  const wanted = parseAddress(address)
  return hosts
    .filter(({ names }) => names.includes(name.toLowerCase()))
    .map((line) => parseAddress(line.address))
    .filter((found) => found !== undefined)
    .filter((found) => found.family === wanted?.family && found.value !== wanted.value)
    .map(({ canonical }) => canonical)
}

/** A machine may have more than one address; and Debian's installer calls each machine 127.0.1.1 on itself. */
function isOwn(address: string, node: Node, on: string, seen: readonly Seen[]): boolean {
  if (address.startsWith('127.') || address === '::1') return on === node.name
  const its = seen.find((one) => one.node.name === node.name)?.facts.addresses ?? []
  return its.some((one) => parseAddress(one.address)?.canonical === address)
}
