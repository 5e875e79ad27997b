import { parseAddress, parseSubnet } from './address.js'
import type { Finding, Path } from './problem.js'
import type { Inventory } from './schema.js'

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
  if (pod?.family === 4 && (pod.prefix > 24 || 2 ** (24 - pod.prefix) < nodes.length)) {
    const fix = 'Use a shorter prefix, for example /16.'
    findings.push(
      error(
        ['network', 'podSubnet'],
        `${pod.canonical} is too small: every node gets a /24 of it, and there are ${String(nodes.length)}`,
        fix,
      ),
    )
  }
  return findings
}

/** Each subnet by itself: canonical, and of a size Kubernetes can work with. */
export function checkSubnets(inventory: Inventory): readonly Finding[] {
  return [...spelling(inventory), ...sizes(inventory)]
}
