import { TripodError } from '../errors.js'
import { parseAddress } from '../inventory/address.js'
import type { Cluster } from '../inventory/cluster.js'
import { render } from '../templates/index.js'
import { gatewayOf, networkOf } from './vm-network.js'
import type { Vm } from './vm.js'

/** What the network has beside the machines; left out: its first address, for both. */
export interface CloudNetwork {
  readonly gateway?: string | undefined
  readonly nameserver?: string | undefined
}

/** Files by path, three for each machine, as the NoCloud source of cloud-init takes them. Throws USAGE. */
export function cloudInitFiles(cluster: Cluster, vms: readonly Vm[], given: CloudNetwork): ReadonlyMap<string, string> {
  const network = networkOf(cluster)
  const gateway = gatewayOf(cluster, network, given.gateway)
  const link = {
    interface: cluster.endpoint.interface ?? 'eth0',
    everywhere: network.family === 4 ? '0.0.0.0/0' : '::/0',
    gateway,
    nameserver: given.nameserver === undefined ? gateway : addressIn(given.nameserver),
  }
  return new Map(
    vms.flatMap((vm) => {
      const address = `${vm.address}/${String(network.prefix)}`
      // Another inventory makes another machine of it, which cloud-init sets up anew.
      const instance = `${vm.name}-${cluster.inventoryDigest.slice(0, 8)}`
      return [
        [
          `${vm.name}/user-data`,
          render('user-data', { ...vm, fqdn: vm.name.includes('.') ? vm.name : null, isRoot: vm.user === 'root' }),
        ],
        [`${vm.name}/meta-data`, render('meta-data', { instance, name: vm.name })],
        [`${vm.name}/network-config`, render('network-config', { ...link, mac: vm.mac, address })],
      ] as const
    }),
  )
}

function addressIn(text: string): string {
  const address = parseAddress(text)
  if (address !== undefined) return address.canonical
  throw new TripodError('USAGE', `${JSON.stringify(text)} is no IP address`, 'For example: --nameserver 10.0.0.1')
}
