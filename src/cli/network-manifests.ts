import { fetchPinned } from '../host/fetch-pinned.js'
import type { Cluster } from '../inventory/cluster.js'
import { type ManifestSet, manifestSets, networkSources } from '../manifests/sets.js'
import { cacheDirectory } from './directories.js'

/** The pod network's manifests, each fetched and verified once in a run, and only when they are asked for. */
export function networkManifests(cluster: Cluster): () => Promise<readonly ManifestSet[]> {
  let sets: Promise<readonly ManifestSet[]> | undefined
  return () => (sets ??= fetchAll(cluster))
}

async function fetchAll(cluster: Cluster): Promise<readonly ManifestSet[]> {
  const sources = networkSources(cluster) ?? []
  const fetched = await Promise.all(
    sources.map(async (one) => ({ ...one, ...(await fetchPinned(one, cacheDirectory())) })),
  )
  return manifestSets(cluster, fetched)
}
