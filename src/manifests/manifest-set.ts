import type { KubernetesObject } from './objects.js'

/** What goes to the API server together: verified, and made fit for this cluster. */
export interface ManifestSet {
  /** [a-z0-9-]+, names the set in the plan, and in what the cluster notes of it. */
  readonly name: string
  /** Address or file it came from; `tripod` of what is rendered. */
  readonly source: string
  /** Hex, of the bytes as they came, before anything was changed. */
  readonly sha256: string
  /** In upstream's order. */
  readonly objects: readonly KubernetesObject[]
  /** Environment that tripod sets in upstream's objects; left out: none. */
  readonly settings?: Readonly<Record<string, string>>
}
