import { parseAddress, specialUse } from './address.js'
import type { Finding, Path } from './problem.js'
import type { Inventory } from './schema.js'

function twice(found: ReadonlyMap<string, string>, what: string, value: string, path: Path): readonly Finding[] {
  const first = found.get(value)
  if (first === undefined) return []
  const message = `${what} ${value} is already that of ${first}`
  return [{ severity: 'error', path, message, fix: 'Give every node its own.' }]
}

/** Names, addresses and SSH addresses belong to one node each. */
function uniqueness({ nodes, ssh }: Inventory): readonly Finding[] {
  const names = new Map<string, string>()
  const addresses = new Map<string, string>()
  const doors = new Map<string, string>()
  return nodes.flatMap((node, index) => {
    const who = `nodes[${String(index)}] (${node.name})`
    const address = parseAddress(node.address)?.canonical ?? node.address
    const door = `${node.ssh?.host ?? address} port ${String(node.ssh?.port ?? ssh.port)}`
    const findings = [
      ...twice(names, 'the name', node.name, ['nodes', index, 'name']),
      ...twice(addresses, 'the address', address, ['nodes', index, 'address']),
      // Two nodes of one address are one mistake, not two.
      ...(addresses.has(address) ? [] : twice(doors, 'the SSH address', door, ['nodes', index, 'ssh', 'host'])),
    ]
    if (!names.has(node.name)) names.set(node.name, who)
    if (!addresses.has(address)) addresses.set(address, who)
    if (!doors.has(door)) doors.set(door, who)
    return findings
  })
}

function usable(text: string, path: Path): readonly Finding[] {
  const address = parseAddress(text)
  if (!address) {
    const message = `"${text}" is not an IP address`
    return [{ severity: 'error', path, message, fix: 'Write for example 10.0.0.11 or fd00::11' }]
  }
  const special = specialUse(address)
  if (special === undefined) return []
  const message = `${text} is a ${special} address, which other machines cannot reach`
  return [{ severity: 'error', path, message, fix: 'Write the address the other nodes use.' }]
}

function roles({ nodes }: Inventory): readonly Finding[] {
  return nodes.flatMap((node, index): Finding[] => {
    const path = ['nodes', index, 'roles']
    if (new Set(node.roles).size < node.roles.length) {
      return [{ severity: 'error', path, message: `${node.name} has a role twice`, fix: 'Name every role once.' }]
    }
    if (!node.roles.includes('control-plane') || !node.roles.includes('load-balancer')) return []
    const message = `${node.name} is control-plane and load-balancer: masters carry the load balancer only where no node has that role`
    const fix =
      'Take load-balancer out everywhere (the masters carry it, layout L3), or give it to other machines (layout L1).'
    return [{ severity: 'error', path, message, fix }]
  })
}

/** What can be said of each node by itself and beside the others. */
export function checkNodes(inventory: Inventory): readonly Finding[] {
  const { nodes, endpoint } = inventory
  return [
    ...uniqueness(inventory),
    ...nodes.flatMap((node, index) => usable(node.address, ['nodes', index, 'address'])),
    ...(endpoint.vip === undefined ? [] : usable(endpoint.vip, ['endpoint', 'vip'])),
    ...roles(inventory),
  ]
}

/** How many nodes there are of each kind: needs all of them to be known. */
export function checkNumbers({ nodes, endpoint }: Inventory): readonly Finding[] {
  const masters = nodes.filter((node) => node.roles.includes('control-plane')).length
  const balancers = nodes.filter((node) => node.roles.includes('load-balancer')).length
  const findings: Finding[] = []
  const add = (severity: Finding['severity'], message: string, fix: string, code?: string): void => {
    findings.push({ severity, path: ['nodes'], at: 'key', message, fix, ...(code === undefined ? {} : { code }) })
  }
  if (masters === 0) add('error', 'no node is a master', 'Give 1, 3 or 5 nodes the role control-plane.', 'P18')
  if (masters > 0 && masters % 2 === 0) {
    const message = `${String(masters)} masters tolerate no more failures than ${String(masters - 1)}`
    add('warning', message, 'Use 1, 3 or 5 masters.', 'P18')
  }
  if (endpoint.external !== undefined && balancers > 0) {
    const fix = 'Take endpoint.external out and set endpoint.vip, or take the load-balancer nodes out.'
    add('error', 'load-balancer nodes and an external load balancer exclude each other', fix)
  }
  if (endpoint.external === undefined && balancers === 1) {
    add(
      'warning',
      'a single load-balancer node is a single point of failure',
      'Use two, or none (the masters carry it).',
    )
  }
  return findings
}
