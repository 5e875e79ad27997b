import { parseAddress, parseSubnet, type Subnet } from '../address.js'
import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

function error(path: Path, message: string, fix: string): Finding {
  return { severity: 'error', path, message, fix }
}

function spelling({ network }: Inventory): readonly Finding[] {
  return (['podSubnet', 'serviceSubnet'] as const).flatMap((field) => {
    const path = ['network', field]
    const subnet = parseSubnet(network[field])
    if (!subnet) return [error(path, `"${network[field]}" is not a subnet`, 'Write for example 10.244.0.0/16')]
    // IPv6 has several spellings of one address: compare what they mean.
    const address = parseAddress(network[field].split('/')[0] ?? '')
    if (address?.value === subnet.first) return []
    return [error(path, `${network[field]} has bits set behind its prefix`, `Write ${subnet.canonical}`)]
  })
}

function sizes({ network, nodes }: Inventory): readonly Finding[] {
  const service = parseSubnet(network.serviceSubnet)
  const pod = parseSubnet(network.podSubnet)
  const findings: Finding[] = []
  // Limits of the API server and of the controller that cuts the pod subnet into one /24 per node.
  const largest = service?.family === 6 ? 108 : 12
  if (service && service.prefix < largest) {
    const fix = `Use a prefix of /${String(largest)} or longer.`
    findings.push(
      error(
        ['network', 'serviceSubnet'],
        `a service subnet of /${String(service.prefix)} is larger than Kubernetes allows`,
        fix,
      ),
    )
  }
  // kubeadm refuses fewer than 10 addresses (MinimumAddressesInServiceSubnet).
  const smallest = service?.family === 6 ? 124 : 28
  if (service && service.prefix > smallest) {
    findings.push(
      error(
        ['network', 'serviceSubnet'],
        `${service.canonical} is too small: kubeadm wants at least 10 addresses for services`,
        `Use a prefix of /${String(smallest)} or shorter, for example /${service.family === 6 ? '108' : '16'}.`,
      ),
    )
  }
  if (pod) findings.push(...podSize(pod, nodes.length))
  return findings
}

/** The controller manager's default share of a node, by address family. */
const NODE_MASK = { 4: 24, 6: 64 } as const
/** kubeadm's PodSubnetNodeMaskMaxDiff: the pod subnet may be cut into 2^16 shares at most. */
const LARGEST_CUT = 16

function podSize(pod: Subnet, nodes: number): readonly Finding[] {
  const mask = NODE_MASK[pod.family]
  const path = ['network', 'podSubnet']
  const example = `for example /${pod.family === 6 ? '56' : '16'}`
  if (pod.prefix > mask || 2 ** (mask - pod.prefix) < nodes) {
    const message = `${pod.canonical} is too small: every node gets a /${String(mask)} of it, and there are ${String(nodes)}`
    return [error(path, message, `Use a shorter prefix, ${example}.`)]
  }
  if (mask - pod.prefix <= LARGEST_CUT) return []
  const message = `${pod.canonical} is too large: every node gets a /${String(mask)} of it, and kubeadm allows 2^16 of them`
  return [error(path, message, `Use a prefix of /${String(mask - LARGEST_CUT)} or longer, ${example}.`)]
}

/** Each subnet by itself: canonical, and of a size Kubernetes can work with. */
export function checkSubnets(inventory: Inventory): readonly Finding[] {
  return [...spelling(inventory), ...sizes(inventory)]
}
