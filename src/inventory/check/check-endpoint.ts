import type { CheckId } from '../../check-catalogue.js'
import { endpointOf, isCoLocated } from '../endpoint.js'
import type { Finding, Path } from '../read/problem.js'
import type { Inventory } from '../schema/schema.js'

// Ports a master needs for something else (domain reference 1.5).
const TAKEN: ReadonlyMap<number, string> = new Map([
  [22, 'SSH'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [2381, 'etcd'],
  [10248, 'the kubelet'],
  [10249, 'kube-proxy'],
  [10250, 'the kubelet'],
  [10256, 'kube-proxy'],
  [10257, 'the controller manager'],
  [10259, 'the scheduler'],
])

function error(path: Path, message: string, fix: string, code?: CheckId): Finding {
  return { severity: 'error', path, message, fix, ...(code === undefined ? {} : { code }) }
}

function form({ endpoint }: Inventory): readonly Finding[] {
  const { vip, external } = endpoint
  const path = ['endpoint']
  if (vip === undefined && external === undefined) {
    const fix = 'Add `vip: ADDRESS` (tripod sets the load balancer up) or `external: HOST:PORT` (you run one).'
    return [{ ...error(path, 'endpoint has neither vip nor external', fix), at: 'key' }]
  }
  if (external === undefined) return []
  const isGiven = (field: 'vip' | 'port' | 'interface' | 'vrrp'): boolean =>
    field === 'vrrp' ? Object.keys(endpoint.vrrp).length > 0 : endpoint[field] !== undefined
  return (['vip', 'port', 'interface', 'vrrp'] as const).filter(isGiven).map((field) => ({
    ...error(
      [...path, field],
      `endpoint.${field} and endpoint.external exclude each other`,
      `Take ${field} or external out.`,
    ),
    at: 'key' as const,
  }))
}

function range({ endpoint }: Inventory): readonly Finding[] {
  const [, text = '6443'] = /:(\d+)$/.exec(endpoint.external ?? '') ?? []
  if (Number(text) >= 1 && Number(text) <= 65535) return []
  return [error(['endpoint', 'external'], `${text} is not a port`, 'Write a port from 1 to 65535, for example 6443.')]
}

function busy(port: number, path: Path): readonly Finding[] {
  const owner = port >= 30000 && port <= 32767 ? 'services of type NodePort' : TAKEN.get(port)
  if (owner === undefined) return []
  return [
    error(path, `port ${String(port)} belongs to ${owner}`, 'Choose another, for example 6443, 6444 or 8443.', 'P17'),
  ]
}

function ports(inventory: Inventory): readonly Finding[] {
  const { port, apiPort } = endpointOf(inventory)
  const path = ['endpoint', inventory.endpoint.apiPort === undefined ? 'port' : 'apiPort']
  const clash = `HAProxy and the API server both want ${String(port)}`
  const fix = 'Set the API server port to 6444 (L3) or the load balancer port to 8443 (L2).'
  return [
    ...(isCoLocated(inventory) && port === apiPort ? [error(path, clash, fix, 'P17')] : []),
    ...(inventory.endpoint.port === undefined ? [] : busy(inventory.endpoint.port, ['endpoint', 'port'])),
    ...(inventory.endpoint.apiPort === undefined ? [] : busy(inventory.endpoint.apiPort, ['endpoint', 'apiPort'])),
  ]
}

/** Layout L4 is reached through flags of the API server; those that contradict the endpoint are refused. */
function flags({ apiServer }: Inventory): readonly Finding[] {
  return ['bind-address', 'advertise-address', 'secure-port']
    .filter((flag) => flag in apiServer.extraArgs)
    .map((flag) => {
      const path = ['apiServer', 'extraArgs', flag]
      const fix = `Take it out; the ports are set under endpoint (port, apiPort).`
      return {
        ...error(path, `${flag} holds for every master at once and would break the layout (L4)`, fix, 'P17'),
        at: 'key' as const,
      }
    })
}

function password({ endpoint: { vrrp } }: Inventory): readonly Finding[] {
  if (vrrp.password === undefined || vrrp.interval === undefined || vrrp.interval >= 1) return []
  const message = 'endpoint.vrrp.password does not go with an interval below a second: VRRP 3 has no passwords'
  return [
    { ...error(['endpoint', 'vrrp', 'password'], message, 'Take password out, or set interval to 1.'), at: 'key' },
  ]
}

/** The endpoint by itself; its ports need the roles of the nodes to be known. */
export function checkEndpoint(inventory: Inventory): readonly Finding[] {
  return [...form(inventory), ...range(inventory), ...ports(inventory), ...flags(inventory), ...password(inventory)]
}
