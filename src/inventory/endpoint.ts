import type { Reference } from '../secret.js'
import type { Endpoint } from './cluster.js'
import { parseAddress } from './address.js'
import type { Inventory } from './schema/schema.js'

const KUBERNETES_PORT = 6443
/** Where the API servers listen when HAProxy takes 6443 on the same machine (layout L3). */
const CO_LOCATED_API_PORT = 6444

/** True when the masters carry the load balancer: no node is a load balancer and none is run elsewhere. */
export function isCoLocated(inventory: Inventory): boolean {
  const { endpoint, nodes } = inventory
  return endpoint.external === undefined && !nodes.some((node) => node.roles.includes('load-balancer'))
}

function external(address: string, apiPort: number): Endpoint {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  const bare = host.replaceAll(/^\[|\]$/g, '')
  return { layout: 'external', host: parseAddress(bare)?.canonical ?? bare, port: Number(port), apiPort }
}

/** Layout and ports of the endpoint (domain reference 2.1), defaults filled in. */
export function endpointOf(inventory: Inventory, located: (path: string) => string = (path) => path): Endpoint {
  const { vip = '', external: address, port = KUBERNETES_PORT, apiPort, interface: device } = inventory.endpoint
  if (address !== undefined) return external(address, apiPort ?? KUBERNETES_PORT)
  const coLocated = isCoLocated(inventory)
  const bind = apiPort ?? (coLocated && port === KUBERNETES_PORT ? CO_LOCATED_API_PORT : KUBERNETES_PORT)
  const layout = coLocated ? (bind === KUBERNETES_PORT ? 'L2' : 'L3') : 'L1'
  const host = parseAddress(vip)?.canonical ?? vip
  const named = device === undefined ? {} : { interface: device }
  return { layout, host, vip: host, port, apiPort: bind, ...named, vrrp: vrrpOf(inventory, host, located) }
}

/** The last part of the VIP tells it from other virtual routers nearby as well as any number would; 0 is none. */
function vrrpOf(
  { endpoint }: Inventory,
  vip: string,
  located: (path: string) => string,
): NonNullable<Endpoint['vrrp']> {
  const { id, password, interval } = endpoint.vrrp
  const derived = Number((parseAddress(vip)?.value ?? 0n) & 255n)
  return {
    id: id ?? (derived === 0 ? 255 : derived),
    ...(password === undefined ? {} : { password: reference(password, located) }),
    ...(interval === undefined ? {} : { interval }),
  }
}

function reference(source: string, located: (path: string) => string): Reference {
  const name = source.slice(source.indexOf(':') + 1)
  return source.startsWith('env:') ? `env:${name}` : `file:${located(name)}`
}
