import type { Cluster } from '../inventory/cluster.js'
import { type KubernetesObject, parseObjects, writeObjects } from './objects.js'

const isIpv6 = ({ network }: Cluster): boolean => network.podSubnet.includes(':')

/** What the operator is asked for: the network, and the API of its resources. */
export function installation(cluster: Cluster): readonly KubernetesObject[] {
  const registry = cluster.sources.images.calico
  const family = isIpv6(cluster) ? 'V6' : 'V4'
  return [
    {
      apiVersion: 'operator.tigera.io/v1',
      kind: 'Installation',
      metadata: { name: 'default' },
      spec: {
        ...(registry === 'quay.io' ? {} : { registry }),
        calicoNetwork: {
          ipPools: [
            {
              name: `default-ip${family.toLowerCase()}-ippool`,
              blockSize: isIpv6(cluster) ? 122 : 26,
              cidr: cluster.network.podSubnet,
              encapsulation: isIpv6(cluster) ? 'None' : 'VXLANCrossSubnet',
              natOutgoing: 'Enabled',
              nodeSelector: 'all()',
            },
          ],
          [`nodeAddressAutodetection${family}`]: { kubernetes: 'NodeInternalIP' },
        },
      },
    },
    { apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', metadata: { name: 'default' }, spec: {} },
  ]
}

/** tigera-operator.yaml with the operator's own image, of which the Installation does not decide. */
export function operatorText(text: string, { sources }: Cluster): string {
  const registry = sources.images.calico
  return registry === 'quay.io' ? text : text.replaceAll(/(\bimage: )quay\.io\//g, `$1${registry}/`)
}

/** calico.yaml with the cluster's pool, node address and registry; nothing else of it differs from upstream's. */
export function manifestText(text: string, cluster: Cluster): string {
  return writeObjects(parseObjects(text, 'calico.yaml').map((one) => customised(one, cluster)))
}

interface Container {
  readonly name: string
  readonly image?: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
}

interface Workload {
  readonly template: {
    readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] }
  }
}

function customised(object: KubernetesObject, cluster: Cluster): KubernetesObject {
  if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') return object
  const spec = object['spec'] as Workload
  const pod = spec.template.spec
  const own = (container: Container): Container => withRegistry(withSettings(container, cluster), cluster)
  const containers = pod.containers.map(own)
  const initial = pod.initContainers === undefined ? {} : { initContainers: pod.initContainers.map(own) }
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { ...pod, ...initial, containers } } } }
}

function withSettings(container: Container, cluster: Cluster): Container {
  if (container.name !== 'calico-node') return container
  const six = isIpv6(cluster)
  const wanted: Readonly<Record<string, string>> = six
    ? {
        CALICO_IPV6POOL_CIDR: cluster.network.podSubnet,
        IP6_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
        IP: 'none',
        IP6: 'autodetect',
        FELIX_IPV6SUPPORT: 'true',
      }
    : {
        CALICO_IPV4POOL_CIDR: cluster.network.podSubnet,
        CALICO_IPV4POOL_IPIP: 'Never',
        CALICO_IPV4POOL_VXLAN: 'CrossSubnet',
        IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
      }
  const env = container.env ?? []
  const kept = env.map((one) => (one.name in wanted ? { name: one.name, value: wanted[one.name] ?? '' } : one))
  const added = Object.entries(wanted).filter(([name]) => !env.some((one) => one.name === name))
  return { ...container, env: [...kept, ...added.map(([name, value]) => ({ name, value }))] }
}

function withRegistry(container: Container, { sources }: Cluster): Container {
  const registry = sources.images.calico
  const { image } = container
  if (registry === 'quay.io' || image === undefined) return container
  return { ...container, image: image.replace(/^(?:docker|quay)\.io\//, `${registry}/`) }
}
