import { contains, parseAddress, parseSubnet } from '../../inventory/address.js'
import type { Cluster } from '../../inventory/cluster.js'
import { carriesBalancer } from '../../inventory/roles.js'
import type { Seen } from '../../topology.js'
import { listed, type Check } from '../check.js'
import type { Finding } from '../finding.js'

/** P16: the VIP must be free, and lie in the one network that its carriers share. */
export const vip: Check = ({ seen, cluster }) => {
  const { vip: address } = cluster.endpoint
  if (address === undefined) return []
  const carriers = seen.filter(({ node }) => carriesBalancer(node, cluster.endpoint))
  return [
    ...carriers.flatMap((one) => placement(one, address, cluster)),
    ...answered(seen, address, cluster),
    ...holders(seen, address),
  ]
}

/** A warning, not a refusal: what this apply repairs may be the reason. */
function holders(seen: readonly Seen[], vip: string): readonly Finding[] {
  const names = seen.filter(({ facts }) => facts.vip?.held === true).map(({ node }) => node.name)
  if (names.length < 2) return []
  return [
    {
      id: 'P16',
      severity: 'warning',
      message: `${listed(names)} all have the VIP ${vip}: their keepalived do not hear each other (split brain)`,
      fix: 'See that VRRP (IP protocol 112) passes between them: `journalctl -u keepalived` on each',
    },
  ]
}

function placement({ node: { name }, facts }: Seen, vip: string, cluster: Cluster): readonly Finding[] {
  const finding = (message: string, fix: string): readonly Finding[] => [
    { id: 'P16', severity: 'fatal', node: name, message, fix },
  ]
  const wanted = cluster.endpoint.interface
  const devices = [...new Set(facts.addresses.map((one) => one.interface))]
  if (wanted !== undefined && !devices.includes(wanted)) {
    return finding(
      `endpoint.interface ${wanted} does not exist or has no address on ${name}; it has ${devices.join(', ')}`,
      `Correct or leave out endpoint.interface in ${cluster.inventoryPath}: it is found from the route to the VIP`,
    )
  }
  const fitting = interfacesFor(facts, vip).filter((device) => wanted === undefined || device === wanted)
  if (fitting.length === 0) {
    const device = wanted ?? facts.vip?.interface
    return finding(
      `The VIP ${vip} lies outside of the subnet${device === undefined ? 's' : ` of ${device}`} on ${name}`,
      `Choose a free address of the nodes' own network as endpoint.vip in ${cluster.inventoryPath}`,
    )
  }
  if (fitting.length === 1) return []
  return finding(
    `The VIP ${vip} could be on any of ${fitting.join(', ')} of ${name}`,
    `Name the right one as endpoint.interface in ${cluster.inventoryPath}`,
  )
}

/** Interfaces with a subnet that the VIP lies in; the VIP itself, where it is held, is no such subnet. */
function interfacesFor({ addresses }: Seen['facts'], vip: string): readonly string[] {
  const target = parseAddress(vip)
  const fitting = addresses.filter(({ address, prefix }) => {
    const subnet = address === vip ? undefined : parseSubnet(`${address}/${prefix}`)
    return target !== undefined && subnet !== undefined && contains(subnet, target)
  })
  return [...new Set(fitting.map((one) => one.interface))]
}

function answered(seen: readonly Seen[], vip: string, cluster: Cluster): readonly Finding[] {
  const ours = new Set(seen.flatMap(({ facts }) => facts.identity.macs))
  const strangers = seen.flatMap(({ facts }) => {
    const mac = facts.vip?.answeredBy?.toLowerCase()
    return mac === undefined || ours.has(mac) ? [] : [mac]
  })
  // A node that was left out or did not answer may be the one that holds it.
  const complete = seen.length === cluster.nodes.length
  return [...new Set(strangers)].map((mac) => ({
    id: 'P16',
    severity: complete ? 'fatal' : 'warning',
    message: `${vip} answers from ${mac}, which is not one of your hosts${complete ? '' : ' that were looked at'}`,
    fix: `Pick a free address as endpoint.vip in ${cluster.inventoryPath}, or stop the machine that uses it`,
  }))
}
