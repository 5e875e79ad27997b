import type { Cluster } from '../inventory/cluster.js'
import { installation, settingsOf } from './calico.js'
import type { ManifestSet } from './manifest-set.js'
import { textOf } from './objects.js'
import { calicoFor, findCalico, type PinnedFile } from './pins.js'
import { sumOf } from './source.js'

/** What goes to the API server together, before anything is fetched. */
export interface SetPlan {
  /** [a-z0-9-]+, names the set and its file on the node: `calico-crds`, `manifest-1`. */
  readonly name: string
  /** What is in it, and so what tripod changes of it; `installation` is rendered, `own` is applied as it is. */
  readonly content: 'crds' | 'operator' | 'installation' | 'manifest' | 'own'
  /** Address, or absolute path on the operator's machine; `tripod` of what is rendered. */
  readonly source: string
  /** Hex, of the bytes as they come. Left out: nobody gave one (`own`), or it is rendered. */
  readonly sha256?: string
  /** Size as published, where that is known. */
  readonly bytes?: number
  /** Release of the add-on, `v3.32.1`, where that is known. */
  readonly version?: string
}

/** The pod network as sets, in the order in which they are applied. Pure; throws INVENTORY_INVALID like `calicoFor`. */
export function manifestSets(cluster: Cluster): readonly SetPlan[] {
  const { cni } = cluster.network
  if (cni === 'none') return []
  if (cni === 'calico') return calicoSets(cluster)
  return cni.manifests.map((source, index) => ({
    name: `manifest-${String(index + 1)}`,
    content: 'own',
    source,
  }))
}

/** A set as far as it is known without any network: objects of what is rendered alone. */
export type UnfetchedSet = Pick<ManifestSet, 'name' | 'source' | 'sha256' | 'settings'> &
  Partial<Pick<ManifestSet, 'objects'>>

/** For a plan without any network; nothing where there is no Calico that could be verified. */
export function unfetched(cluster: Cluster): readonly UnfetchedSet[] {
  if (cluster.network.cni === 'calico' && findCalico(cluster) === undefined) return []
  return manifestSets(cluster).map((plan) => {
    const { name, content, source, sha256 = 'not pinned' } = plan
    const settings = settingsOf(plan, cluster)
    if (content !== 'installation') return { name, source, sha256, ...(settings && { settings }) }
    const objects = installation(cluster)
    return { name, source, sha256: sumOf(Buffer.from(textOf(objects))), objects }
  })
}

function calicoSets(cluster: Cluster): readonly SetPlan[] {
  const choice = calicoFor(cluster)
  const release = choice.version === undefined ? {} : { version: choice.version }
  const set = (name: string, content: SetPlan['content'], file: Omit<PinnedFile, 'bytes'>): SetPlan => {
    const { address, ...sum } = file
    return { name, content, source: address, ...sum, ...release }
  }
  if (choice.way === 'manifest') return [set('calico', 'manifest', choice.file)]
  return [
    ...(choice.crds === undefined ? [] : [set('calico-crds', 'crds', choice.crds)]),
    set('calico-operator', 'operator', choice.operator),
    { name: 'calico', content: 'installation', source: 'tripod', ...release },
  ]
}
