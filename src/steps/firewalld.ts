import { parseAddress } from '../inventory/address.js'
import type { FileResource, Resource, ServiceResource } from '../resources/resource.js'
import { render } from '../templates/index.js'
import { neededPorts } from '../inventory/needed-ports.js'
import type { StepContext } from './step.js'

const TO_HOST = '/etc/firewalld/policies/tripod.xml'
const FORWARDED = '/etc/firewalld/policies/tripod-pods.xml'

interface Rule {
  readonly family: 'ipv4' | 'ipv6'
  readonly source: string
  readonly port: string | null
  readonly protocol: string
}

/** Policies of our own (firewalld 0.9 and later), asked before every zone; the zones stay as they are. */
export function firewalldPolicy(context: StepContext): readonly Resource[] {
  const { cluster, node } = context
  const needed = neededPorts(node, cluster)
  const open = needed.flatMap(({ from, ports, protocol }) =>
    from === 'anywhere' ? ports.map((port) => ({ port: dashed(port), protocol })) : [],
  )
  const rules = needed.flatMap(({ from, ports, protocol }): readonly Rule[] => {
    if (from === 'anywhere') return []
    const of = ports.length === 0 ? [null] : ports.map(dashed)
    return from.flatMap(({ address }) =>
      of.map((port) => ({ family: familyOf(address), source: address, port, protocol })),
    )
  })
  const subnets = [cluster.network.podSubnet, cluster.network.serviceSubnet].map((subnet) => ({
    family: familyOf(subnet.split('/')[0] ?? ''),
    subnet,
  }))
  return [
    policy(TO_HOST, render('firewalld-host.xml', { open, rules, subnets })),
    policy(FORWARDED, render('firewalld-pods.xml', { subnets })),
    reloaded,
  ]
}

function dashed(port: string): string {
  return port.replace(':', '-')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return parseAddress(address)?.family === 6 ? 'ipv6' : 'ipv4'
}

function policy(path: string, content: string): FileResource {
  return { kind: 'file', path, state: 'present', content, owner: 'root:root', mode: 0o640 }
}

const reloaded: ServiceResource = {
  kind: 'service',
  unit: 'firewalld.service',
  enabled: true,
  active: true,
  runsWith: { files: [TO_HOST, FORWARDED], by: 'reload' },
}
