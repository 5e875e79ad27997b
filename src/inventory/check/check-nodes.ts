import type { CheckId } from '../../check-catalogue.js'
import { Redactor } from '../../secret.js'
import { parseAddress, specialUse } from '../address.js'
import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'
import { isMaster } from '../roles.js'

/** Positions whose key stands earlier already, each with that earlier position. */
function repeated(keys: readonly string[]): readonly (readonly [index: number, first: number])[] {
  return keys.flatMap((key, index) => {
    const first = keys.indexOf(key)
    return first < index ? [[index, first] as const] : []
  })
}

/** Names, addresses and SSH addresses belong to one node each. */
function uniqueness({ nodes, ssh }: Inventory): readonly Finding[] {
  const names = nodes.map((node) => node.name)
  const addresses = nodes.map((node) => parseAddress(node.address)?.canonical ?? node.address)
  const doors = nodes.map(
    (node, index) => `${node.ssh?.host ?? addresses[index] ?? ''} port ${String(node.ssh?.port ?? ssh.port)}`,
  )
  // Behind another bastion the same address is another machine.
  const ways = nodes.map((node, index) => JSON.stringify([doors[index], node.ssh?.bastion ?? ssh.bastion]))
  const sameAddress = repeated(addresses)
  const finding = (what: string, first: number, path: Path): Finding => {
    const message = `${what} is already that of nodes[${String(first)}] (${names[first] ?? ''})`
    return { severity: 'error', path, message, fix: 'Give every node its own.' }
  }
  return [
    ...repeated(names).map(([at, first]) => finding(`the name ${names[at] ?? ''}`, first, ['nodes', at, 'name'])),
    ...sameAddress.map(([at, first]) => finding(`the address ${addresses[at] ?? ''}`, first, ['nodes', at, 'address'])),
    // Two nodes of one address are one mistake, not two.
    ...repeated(ways)
      .filter(([at]) => !sameAddress.some(([index]) => index === at))
      .map(([at, first]) => finding(`the SSH address ${doors[at] ?? ''}`, first, ['nodes', at, 'ssh', 'host'])),
  ]
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
    if (!isMaster(node) || !node.roles.includes('load-balancer')) return []
    const message = `${node.name} is control-plane and load-balancer: masters carry the load balancer only where no node has that role`
    const fix =
      'Take load-balancer out everywhere (the masters carry it, layout L3), or give it to other machines (layout L1).'
    return [{ severity: 'error', path, message, fix }]
  })
}

/** Everything on a node is read and done as root. */
function rootless({ nodes, ssh }: Inventory): readonly Finding[] {
  const index = nodes.findIndex((node) => !(node.ssh?.sudo ?? ssh.sudo) && (node.ssh?.user ?? ssh.user) !== 'root')
  const node = nodes[index]
  if (node === undefined) return []
  const path = node.ssh?.sudo === undefined ? ['ssh', 'sudo'] : ['nodes', index, 'ssh', 'sudo']
  const message = `${node.name} is reached as ${node.ssh?.user ?? ssh.user}, who without sudo is not root`
  return [{ severity: 'error', path, message, fix: 'Leave sudo at true, or log in with user: root.' }]
}

/** What looks like a secret is blacked out in plans and logs: nobody could tell there which node is meant. */
function legible({ nodes }: Inventory): readonly Finding[] {
  const redactor = new Redactor()
  return nodes.flatMap(({ name }, index): readonly Finding[] => {
    if (redactor.redact(name) === name) return []
    const message = `the name ${name} has the form of a bootstrap token (6 and 16 characters), which plans and logs do not show`
    const fix = `Write another name, for example ${name.split('.')[0] ?? ''}.`
    return [{ severity: 'error', code: 'P07', path: ['nodes', index, 'name'], message, fix }]
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
    ...legible(inventory),
    ...rootless(inventory),
  ]
}

/** How many nodes there are of each kind: needs all of them to be known. */
export function checkNumbers({ nodes, endpoint }: Inventory): readonly Finding[] {
  const masters = nodes.filter(isMaster).length
  const balancers = nodes.filter((node) => node.roles.includes('load-balancer')).length
  const findings: Finding[] = []
  const add = (severity: Finding['severity'], message: string, fix: string, code?: CheckId): void => {
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
