import type { Cluster } from '../inventory/cluster.js'
import { installation, manifestText, operatorText } from './calico.js'
import { nameOf, namesIn, type ObjectName, parseObjects, writeObjects } from './objects.js'
import { calicoSources, type ManifestSource, ownSources } from './pins.js'

/** Objects that go to the API server together, verified and made fit for this cluster. */
export interface ManifestSet {
  readonly name: string
  readonly source: string
  /** Of the bytes as they came, hex. */
  readonly sha256: string
  /** YAML to apply; left out where it was not fetched. */
  readonly text?: string
  readonly objects: readonly ObjectName[]
}

/** A source with what was fetched from it. */
export interface FetchedManifest extends ManifestSource {
  readonly sha256: string
  readonly text: string
}

/** What the pod network is made of; undefined where there is no Calico that could be verified. */
export function networkSources(cluster: Cluster): readonly ManifestSource[] | undefined {
  const { cni } = cluster.network
  if (cni === 'none') return []
  return cni === 'calico' ? calicoSources(cluster) : ownSources(cni.manifests)
}

/** The sets to apply, in order, from what was fetched and verified. */
export function manifestSets(cluster: Cluster, fetched: readonly FetchedManifest[]): readonly ManifestSet[] {
  const sets = fetched.map(({ set, source, sha256, text }): ManifestSet => {
    const made = { name: set, source, sha256 }
    if (set === 'operator-crds') return { ...made, text, objects: namesIn(text) }
    if (set === 'tigera-operator') return { ...made, text: operatorText(text, cluster), objects: namesIn(text) }
    const own = set === 'calico' ? manifestText(text, cluster) : text
    return { ...made, text: own, objects: parseObjects(own, source).map(nameOf) }
  })
  const operator = fetched.find(({ set }) => set === 'tigera-operator')
  return operator === undefined ? sets : [...sets, asked(cluster, operator)]
}

/** For a plan without any network: names and sums alone. */
export function unfetched(cluster: Cluster): readonly ManifestSet[] {
  const sources = networkSources(cluster) ?? []
  return sources.map(({ set, source, sha256 = 'not pinned' }) => ({ name: set, source, sha256, objects: [] }))
}

function asked(cluster: Cluster, { sha256 }: FetchedManifest): ManifestSet {
  const objects = installation(cluster)
  return {
    name: 'calico-installation',
    source: "tripod's own, for the operator",
    sha256,
    text: writeObjects(objects),
    objects: objects.map(nameOf),
  }
}
