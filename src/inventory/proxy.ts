import { parseAddress, parseSubnet } from './address.js'
import type { Cluster } from './cluster.js'
import type { Inventory } from './schema/schema.js'
import { isSecretSource } from './check/secret-setting.js'

/** How the machines reach what is outside of their network. */
export interface Proxy {
  /** Address, or if it holds a password where it comes from: `env:NAME`, `file:PATH` (absolute). */
  readonly http: string
  readonly https: string
  /** What is reached without it: hosts, domains after a dot, subnets; complete, each once. */
  readonly no: readonly string[]
}

/** The proxy with all that the cluster reaches by itself among its exceptions; undefined if the inventory has none. */
export function proxyOf(
  { proxy }: Inventory,
  { nodes, endpoint, network }: Pick<Cluster, 'nodes' | 'endpoint' | 'network'>,
  located: (path: string) => string,
): Proxy | undefined {
  const { http, https = http, no = [] } = proxy ?? {}
  if (https === undefined) return undefined
  const own = [...nodes.map(({ address }) => address), endpoint.host, network.podSubnet, network.serviceSubnet]
  const names = ['.svc', `.${network.dnsDomain}`, 'localhost', '127.0.0.1', '::1']
  return {
    http: sourced(http ?? https, located),
    https: sourced(https, located),
    no: [...new Set([...own, ...names, ...no.map(canonical)])],
  }
}

function sourced(address: string, located: (path: string) => string): string {
  return address.startsWith('file:') ? `file:${located(address.slice('file:'.length))}` : address
}

function canonical(exception: string): string {
  return parseAddress(exception)?.canonical ?? parseSubnet(exception)?.canonical ?? exception
}

/** Whether an address of the proxy is known only when it is written. */
export function isSecretProxy({ http, https }: Proxy): boolean {
  return isSecretSource(http) || isSecretSource(https)
}
