import { TripodError } from '../../errors.js'
import type { Cluster, Json } from '../../inventory/cluster.js'
import { KUBE_PROXY_OWN, kubeletOwn } from '../../inventory/own-settings.js'
import { render } from '../../templates/index.js'
import { yamlRows } from '../../templates/yaml-rows.js'

interface Component {
  readonly field: 'kubelet' | 'kubeProxy'
  readonly apiVersion: string
  readonly kind: string
  /** What tripod sets; no maps, so that a wish of the inventory replaces nothing but what it names. */
  readonly own: Readonly<Record<string, Json>>
}

/** The document KubeletConfiguration: the inventory's settings win. */
export function kubeletConfiguration(cluster: Cluster): string {
  return configuration(cluster, {
    field: 'kubelet',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    own: kubeletOwn(cluster),
  })
}

/** The document KubeProxyConfiguration: the inventory's settings win. */
export function kubeProxyConfiguration(cluster: Cluster): string {
  return configuration(cluster, {
    field: 'kubeProxy',
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    own: KUBE_PROXY_OWN,
  })
}

function configuration(cluster: Cluster, component: Component): string {
  const { apiVersion, kind, own } = component
  const { apiVersion: wantedVersion = apiVersion, kind: wantedKind = kind, ...wishes } = cluster[component.field]
  if (wantedVersion !== apiVersion) throw another(cluster, component, 'apiVersion')
  if (wantedKind !== kind) throw another(cluster, component, 'kind')
  return render('kubeadm-component.yaml', { apiVersion, kind, rows: yamlRows({ ...own, ...wishes }) })
}

/** kubeadm would take such a document for something else, or pass it by. */
function another(cluster: Cluster, component: Component, name: 'apiVersion' | 'kind'): TripodError {
  const { field } = component
  return new TripodError(
    'TEMPLATE_INVALID',
    `${field} sets ${name} to ${JSON.stringify(cluster[field][name])}, but its settings are those of ${component[name]}.`,
    `Take ${field}.${name} out of ${cluster.inventoryPath}.`,
  )
}
