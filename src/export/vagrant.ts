import type { Cluster } from '../inventory/cluster.js'
import { render } from '../templates/index.js'
import { boxOf } from './boxes.js'
import { netmaskOf, networkOf } from './vm-network.js'
import type { Vm } from './vm.js'

/** A Vagrantfile with these machines on a private network. `boxes` go before the known ones, by OS. Throws USAGE. */
export function vagrantfile(cluster: Cluster, vms: readonly Vm[], boxes: ReadonlyMap<string, string>): string {
  const machines = vms.map((vm) => ({ ...vm, box: boxOf(vm.os, boxes) }))
  return render('Vagrantfile', { netmask: netmaskOf(networkOf(cluster)), machines })
}
