import type { Cluster } from '../inventory/cluster.js'
import { calicoNode, nodeEnvironment } from './calico-node.js'
import { DEFAULT_REGISTRY, inRegistry } from './images.js'
import { type KubernetesObject, objectOf } from './objects.js'
import { podPool } from './pod-pool.js'
import type { SetPlan } from './sets.js'

/** Upstream's objects with this cluster's values in them, and nothing else changed. Throws SOURCE_REJECTED when there is no place for a value. */
export function customised(
  { content, source }: SetPlan,
  objects: readonly KubernetesObject[],
  cluster: Cluster,
): readonly KubernetesObject[] {
  const registry = cluster.sources.images.calico
  if (content === 'operator') return inRegistry(objects, registry)
  if (content === 'manifest')
    return calicoNode(inRegistry(objects, registry), {
      pool: podPool(cluster),
      nftables: usesNftables(cluster),
      source,
    })
  return objects
}

/** What tripod sets in upstream's file, for the reader of a plan; undefined: nothing is changed there but where images come from. */
export function settingsOf({ content }: SetPlan, cluster: Cluster): Readonly<Record<string, string>> | undefined {
  return content === 'manifest' ? nodeEnvironment(podPool(cluster), usesNftables(cluster)) : undefined
}

/** Two rule engines in one kernel are no supported pair: Calico follows kube-proxy (docs.tigera.io, "nftables"). */
function usesNftables({ kubeProxy }: Cluster): boolean {
  return kubeProxy['mode'] === 'nftables'
}

/** What the operator shall install (operator.tigera.io/v1): the pod network, and the API for its own objects. */
export function installation(cluster: Cluster): readonly KubernetesObject[] {
  const { family, cidr, name, blockSize } = podPool(cluster)
  const registry = cluster.sources.images.calico
  const pool = {
    name,
    blockSize,
    cidr,
    encapsulation: 'VXLANCrossSubnet',
    natOutgoing: 'Enabled',
    nodeSelector: 'all()',
  }
  const spec = {
    // Of the operator's own image its Deployment decides. The slash at the end is asked for.
    ...(registry !== DEFAULT_REGISTRY && { registry: `${registry}/` }),
    calicoNetwork: {
      ...(usesNftables(cluster) && { linuxDataplane: 'Nftables' }),
      ipPools: [pool],
      // Else Calico may take the VIP for the address of the node that holds it.
      [`nodeAddressAutodetectionV${String(family)}`]: { kubernetes: 'NodeInternalIP' },
    },
  }
  const object = (kind: string, content: typeof spec | object): KubernetesObject =>
    objectOf({ apiVersion: 'operator.tigera.io/v1', kind, metadata: { name: 'default' }, spec: { ...content } })
  return [object('Installation', spec), object('APIServer', {})]
}
