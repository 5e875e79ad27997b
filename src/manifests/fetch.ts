import type { Cluster } from '../inventory/cluster.js'
import { customised, installation, settingsOf } from './calico.js'
import type { ManifestSet } from './manifest-set.js'
import { type KubernetesObject, readObjects, textOf } from './objects.js'
import { manifestSets, type SetPlan } from './sets.js'
import { type SourceOptions, sumOf, verifiedBytes } from './source.js'

/**
 * The pod network of a cluster, ready to be applied in this order: fetched, verified, then read and customised. Throws
 * INVENTORY_INVALID, SOURCE_UNAVAILABLE, or SOURCE_REJECTED; nothing is kept of what is not right.
 */
export function fetchSets(cluster: Cluster, options: SourceOptions): Promise<readonly ManifestSet[]> {
  return Promise.all(manifestSets(cluster).map((plan) => setOf(plan, cluster, options)))
}

async function setOf(plan: SetPlan, cluster: Cluster, options: SourceOptions): Promise<ManifestSet> {
  if (plan.content === 'installation') {
    const objects = installation(cluster)
    return madeOf(plan, objects, sumOf(Buffer.from(textOf(objects))))
  }
  const bytes = await verifiedBytes(plan, options)
  const settings = settingsOf(plan, cluster)
  const made = madeOf(plan, customised(plan, readObjects(bytes, plan.source), cluster), sumOf(bytes))
  return { ...made, ...(settings && { settings }) }
}

function madeOf(plan: SetPlan, objects: readonly KubernetesObject[], sha256: string): ManifestSet {
  return { name: plan.name, source: plan.source, sha256, objects }
}
