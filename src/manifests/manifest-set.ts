import type { KubernetesObject } from './objects.js'

/** What goes to the API server together: verified, and made fit for this cluster. */
export interface ManifestSet {
  /** [a-z0-9-]+, names the set and its file on the node. */
  readonly name: string
  /** Address or file it came from; `tripod` of what is rendered. */
  readonly source: string
  /** Hex, of the bytes as they came, before anything was changed. */
  readonly sha256: string
  /** YAML to apply, documents in upstream's order. */
  readonly text: string
  /** In upstream's order. */
  readonly objects: readonly KubernetesObject[]
  /** Environment that tripod sets in upstream's objects; left out: none. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of the user's own list, applied as it is. */
  readonly own: boolean
  /** What to wait for once it was applied. */
  readonly readiness: Readiness
}

/** Each is empty where the set has none. */
export interface Readiness {
  /** CustomResourceDefinitions that must be Established before the next set. */
  readonly crds: readonly string[]
  /** To be rolled out; only once nodes are there on which they can run. */
  readonly workloads: readonly { readonly kind: Workload; readonly namespace: string; readonly name: string }[]
  /** TigeraStatus objects, which the operator makes and sets Available when what it installed works. */
  readonly tigeraStatus: readonly string[]
}

type Workload = 'DaemonSet' | 'Deployment' | 'StatefulSet'
const WORKLOADS: readonly string[] = ['DaemonSet', 'Deployment', 'StatefulSet'] satisfies readonly Workload[]

/** What the operator tells about, by the object that asks it for that. */
const TIGERA_STATUS: Readonly<Record<string, string>> = { Installation: 'calico', APIServer: 'apiserver' }

/** What to wait for after these objects. */
export function readinessOf(objects: readonly KubernetesObject[]): Readiness {
  return {
    crds: objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ name }) => name),
    workloads: objects
      .filter(({ kind, apiVersion }) => WORKLOADS.includes(kind) && apiVersion.startsWith('apps/'))
      .map(({ kind, namespace = 'default', name }) => ({ kind: kind as Workload, namespace, name })),
    tigeraStatus: objects
      .filter(({ apiVersion }) => apiVersion.startsWith('operator.tigera.io/'))
      .flatMap(({ kind }) => TIGERA_STATUS[kind] ?? []),
  }
}
