import type { CheckId } from '../../check-catalogue.js'
import { contains, overlap, parseAddress, parseSubnet, type Subnet } from '../address.js'
import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

interface Range {
  readonly name: string
  readonly path: Path
  readonly subnet: Subnet
}
interface Point {
  readonly name: string
  readonly path: Path
  readonly text: string
}

const SUGGESTIONS = [
  '10.244.0.0/16',
  '10.96.0.0/12',
  '172.20.0.0/16',
  '192.168.0.0/17',
  'fd00:10:244::/56',
  'fd00:10:96::/112',
]

function error(path: Path, message: string, fix: string, code?: CheckId): Finding {
  return { severity: 'error', path, message, fix, ...(code === undefined ? {} : { code }) }
}

function rangesOf({ network }: Inventory): readonly Range[] {
  return (['podSubnet', 'serviceSubnet'] as const).flatMap((field) => {
    const subnet = parseSubnet(network[field])
    return subnet ? [{ name: `network.${field}`, path: ['network', field], subnet }] : []
  })
}

function pointsOf({ endpoint, nodes }: Inventory): readonly Point[] {
  const vip = endpoint.vip === undefined ? [] : [{ name: 'the VIP', path: ['endpoint', 'vip'], text: endpoint.vip }]
  const addresses = nodes.map((node, index) => ({
    name: node.name,
    path: ['nodes', index, 'address'],
    text: node.address,
  }))
  return [...vip, ...addresses]
}

function freeSubnet(family: 4 | 6, taken: readonly Subnet[], points: readonly Point[]): string {
  const free = SUGGESTIONS.map(parseSubnet).find(
    (subnet) =>
      subnet?.family === family &&
      !taken.some((other) => overlap(subnet, other)) &&
      !points.some((point) => {
        const address = parseAddress(point.text)
        return address !== undefined && contains(subnet, address)
      }),
  )
  return free ? `, for example ${free.canonical}` : ''
}

function overlaps(inventory: Inventory): readonly Finding[] {
  const ranges = rangesOf(inventory)
  const points = pointsOf(inventory)
  const subnets = ranges.map((range) => range.subnet)
  const [pod, service] = ranges
  const findings: Finding[] = []
  if (pod && service && overlap(pod.subnet, service.subnet)) {
    const message = `${pod.name} ${pod.subnet.canonical} and ${service.name} ${service.subnet.canonical} overlap`
    findings.push(
      error(
        service.path,
        message,
        `Choose another subnet for one of them${freeSubnet(pod.subnet.family, subnets, points)}.`,
        'P15',
      ),
    )
  }
  for (const range of ranges) {
    for (const point of points) {
      const address = parseAddress(point.text)
      if (!address || !contains(range.subnet, address)) continue
      const message = `${point.text} (${point.name}) lies inside ${range.name} ${range.subnet.canonical}`
      const fix = `Set ${range.name} to a subnet that no machine uses${freeSubnet(range.subnet.family, subnets, points)}.`
      findings.push(error(point.path, message, fix, 'P15'))
    }
  }
  return findings
}

function families(inventory: Inventory): readonly Finding[] {
  const [first] = inventory.nodes
  const family = first && parseAddress(first.address)?.family
  if (!first || family === undefined) return []
  const points = pointsOf(inventory).map(({ name, path, text }) => ({ name, path, family: parseAddress(text)?.family }))
  const ranges = rangesOf(inventory).map(({ name, path, subnet }) => ({ name, path, family: subnet.family }))
  return [...points, ...ranges]
    .filter((one) => one.family !== undefined && one.family !== family)
    .map((one) => {
      const message = `${one.name} is IPv${String(one.family)}, the address of ${first.name} is IPv${String(family)}`
      return error(
        one.path,
        message,
        `Use IPv${String(family)} for all: two families in one cluster are not supported.`,
      )
    })
}

function vip({ endpoint, nodes }: Inventory): readonly Finding[] {
  const address = parseAddress(endpoint.vip ?? '')
  const owner = address && nodes.find((node) => parseAddress(node.address)?.value === address.value)
  if (!owner) return []
  const fix = 'Choose a free address of the same network: the VIP moves between the nodes.'
  return [error(['endpoint', 'vip'], `the VIP ${address.canonical} is the address of ${owner.name}`, fix)]
}

/** Addresses and subnets among each other: overlap, families, the VIP. */
export function checkNetworks(inventory: Inventory): readonly Finding[] {
  return [...overlaps(inventory), ...families(inventory), ...vip(inventory)]
}
