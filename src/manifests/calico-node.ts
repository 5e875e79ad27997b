import type { Json } from '../inventory/cluster.js'
import { type Fields, type KubernetesObject, withRaw } from './objects.js'
import type { PodPool } from './pod-pool.js'
import { rejected } from './rejected.js'

const IPAM = '"type": "calico-ipam"'

/** What calico-node is told by its environment (docs.tigera.io, "Configuring calico/node"); BGP stays as shipped. */
function environment({ family, cidr }: PodPool): Readonly<Record<string, string>> {
  if (family === 4)
    return {
      CALICO_IPV4POOL_IPIP: 'Never',
      CALICO_IPV4POOL_VXLAN: 'CrossSubnet',
      CALICO_IPV4POOL_CIDR: cidr,
      // Else it may take the VIP for the address of the node that holds it.
      IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
    }
  return {
    IP: 'none',
    CALICO_IPV4POOL_IPIP: 'Never',
    CALICO_IPV6POOL_VXLAN: 'CrossSubnet',
    FELIX_IPV6SUPPORT: 'true',
    IP6: 'autodetect',
    IP6_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
    CALICO_IPV6POOL_CIDR: cidr,
    CALICO_IPV6POOL_NAT_OUTGOING: 'true',
    // BGP names a router by its IPv4 address, of which there is none.
    CALICO_ROUTER_ID: 'hash',
  }
}

/** What calico.yaml is changed by, for the reader of a plan. */
export function nodeEnvironment(pool: PodPool, nftables: boolean): Readonly<Record<string, string>> {
  return { ...environment(pool), ...(nftables && { FELIX_NFTABLESMODE: 'Enabled' }) }
}

interface NodeSettings {
  readonly pool: PodPool
  /** kube-proxy writes nftables: so must Calico. */
  readonly nftables: boolean
  /** Where the file came from, for errors. */
  readonly source: string
}

/** calico.yaml with this cluster's pool in it. Throws SOURCE_REJECTED where the file has no place for that. */
export function calicoNode(
  objects: readonly KubernetesObject[],
  { pool, nftables, source }: NodeSettings,
): readonly KubernetesObject[] {
  let places = 0
  const values = nodeEnvironment(pool, nftables)
  const customised = objects.map((object) => {
    const changed = withEnvironment(object, values) ?? (pool.family === 6 ? withIpv6(object) : undefined)
    if (changed !== undefined) places += 1
    return changed ?? object
  })
  if (places === (pool.family === 4 ? 1 : 2)) return customised
  const what = pool.family === 4 ? '' : ' and no single ConfigMap calico-config with calico-ipam'
  throw rejected(
    source,
    `holds no DaemonSet calico-node${what}: it is no calico.yaml`,
    'Name the calico.yaml of a release as sources.manifests.calico; other manifests stand under network.cni.manifests.',
  )
}

interface Container {
  readonly name: string
  readonly env?: readonly { readonly name: string }[]
}

interface DaemonSet {
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } }
}

/** Undefined: it is another object. */
function withEnvironment(
  object: KubernetesObject,
  values: Readonly<Record<string, string>>,
): KubernetesObject | undefined {
  if (object.kind !== 'DaemonSet' || object.name !== 'calico-node') return undefined
  const { spec } = object.raw as DaemonSet
  const pod = spec?.template?.spec
  if (pod?.containers?.some(({ name }) => name === 'calico-node') !== true) return undefined
  const containers = pod.containers.map((one) =>
    one.name === 'calico-node' ? { ...one, env: merged(one.env ?? [], values) } : one,
  )
  const template = { ...spec?.template, spec: { ...pod, containers } }
  return withRaw(object, { ...object.raw, spec: { ...spec, template } as unknown as Json } satisfies Fields)
}

/** In the place where each stands already, the others at the end. */
function merged(
  env: readonly { readonly name: string }[],
  values: Readonly<Record<string, string>>,
): readonly { readonly name: string }[] {
  const there = new Set(env.map(({ name }) => name))
  const added = Object.entries(values).filter(([name]) => !there.has(name))
  return [
    ...env.map((one) => (values[one.name] === undefined ? one : { name: one.name, value: values[one.name] })),
    ...added.map(([name, value]) => ({ name, value })),
  ]
}

/** The network configuration is JSON but for its placeholders, so it is changed as text. Undefined: it is another object. */
function withIpv6(object: KubernetesObject): KubernetesObject | undefined {
  if (object.kind !== 'ConfigMap' || object.name !== 'calico-config') return undefined
  const { data } = object.raw as { readonly data?: Fields }
  const config = data?.['cni_network_config']
  if (typeof config !== 'string' || config.split(IPAM).length !== 2) return undefined
  const cni_network_config = config.replace(IPAM, `${IPAM}, "assign_ipv4": "false", "assign_ipv6": "true"`)
  return withRaw(object, { ...object.raw, data: { ...data, cni_network_config } })
}
