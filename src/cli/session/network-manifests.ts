import type { Cluster } from '../../inventory/cluster.js'
import { fetchSets } from '../../manifests/fetch.js'
import type { ManifestSet } from '../../manifests/manifest-set.js'
import { findCalico } from '../../manifests/pins.js'
import { cacheDirectory } from './directories.js'

/** The pod network's manifests, each fetched and verified once in a run, and only when they are asked for. */
export function networkManifests(cluster: Cluster): () => Promise<readonly ManifestSet[]> {
  let sets: Promise<readonly ManifestSet[]> | undefined
  // Where nothing is pinned there is nothing to fetch: a check tells what to do (P24).
  const isKnown = cluster.network.cni !== 'calico' || findCalico(cluster) !== undefined
  return () => (sets ??= isKnown ? fetchSets(cluster, { cacheDirectory: cacheDirectory() }) : Promise.resolve([]))
}
