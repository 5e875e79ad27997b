import { overlap, parseSubnet } from '../../inventory/address.js'
import { isUntouched } from '../../topology.js'
import type { Check } from '../check.js'
import type { Finding } from '../finding.js'
import { isRouted } from './routed.js'

/**
 * P15: pods and services must not shadow what a node reaches today. On joined nodes the routes are the cluster's own; on a fresh one
 * those that lead to other nodes or to the network's router may be, too.
 */
export const networks: Check = ({ seen, cluster: { network, inventoryPath, nodes }, topology }) => {
  const fresh = seen.filter(({ node }) => isUntouched(topology.states[node.name]))
  return (['podSubnet', 'serviceSubnet'] as const).flatMap((field) => {
    const range = parseSubnet(network[field])
    if (range === undefined) return []
    return fresh.flatMap((one): readonly Finding[] => {
      const { node, facts } = one
      const used = [
        ...facts.routes
          .filter((route) => !isRouted(route, one, nodes))
          .map((route) => ({ cidr: route.destination, device: route.interface })),
        ...facts.addresses.map((one) => ({ cidr: `${one.address}/${one.prefix}`, device: one.interface })),
      ]
      const hit = used.find(({ cidr }) => {
        const subnet = parseSubnet(cidr)
        return subnet !== undefined && overlap(range, subnet)
      })
      if (hit === undefined) return []
      const taken = `${parseSubnet(hit.cidr)?.canonical ?? hit.cidr}${hit.device === '' ? '' : ` on ${hit.device}`}`
      return [
        {
          id: 'P15',
          severity: 'fatal',
          node: node.name,
          message: `network.${field} ${network[field]} overlaps ${taken} of ${node.name}`,
          fix: `Choose a network.${field} in ${inventoryPath} that none of the nodes has an address or a route of its own in${remains(hit.device, node.name)}`,
        },
      ]
    })
  })
}

/** A reset of kubeadm leaves what the CNI made. */
function remains(device: string, node: string): string {
  const left = /^(cni|cali|flannel|vxlan|tunl|cilium|kube-)/.test(device)
  return left ? `; or, if ${device} is left of a former cluster, reboot ${node}` : ''
}
