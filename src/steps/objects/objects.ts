import { digestOf } from '../../resources/manifest.js'
import { addressOf, identityOf } from '../../resources/object-identity.js'
import { groupOf, isContainer, isDefinition, isNamespace, isSecret } from '../../resources/object-kinds.js'
import type { ManifestObject, ManifestResource, ObjectRef } from '../../resources/resource.js'
import { appliedAsKubectl, byAddress, readRecord, recordOf } from './object-record.js'
import type { ManifestSet } from '../step.js'

export interface WantedObjects {
  readonly sets: readonly ManifestSet[]
  /** Name of the ConfigMap in kube-system that notes what was applied. */
  readonly record: string
  /** What it says now; left out: it is not there. */
  readonly noted?: Readonly<Record<string, string>> | undefined
  /** `https://10.0.0.11:6443`. */
  readonly server: string
  /** Registries that the pods of these objects come from. */
  readonly registries: readonly string[]
}

/** Seconds for an object, and for a set whose objects are not known; the pods that come of them are not waited for. */
const SECONDS = { object: 0.5, set: 20 }

/**
 * The objects of all sets as resources: first what was applied and is wanted no more, last made first gone; then the record, so that nothing is
 * applied that the cluster does not know of; then the objects, namespaces and definitions before what may need them.
 */
export function objectResources(wanted: WantedObjects): readonly ManifestResource[] {
  const { sets, record, noted = {}, server } = wanted
  if (sets.length === 0) return []
  const isKnown = sets.every(({ objects }) => objects !== undefined)
  const recorded = byAddress(readRecord(noted))
  const asKubectl = appliedAsKubectl(noted)
  const isTakingOver = sets.some(({ name }) => asKubectl.includes(name))
  const all = sets.flatMap((set) => resourcesOf(set, wanted))
  // Of an object that stands in several sets, the last word counts.
  const last = new Map(all.map((one) => [nameOf(one), one]))
  const own = [...last.values()].map((one): ManifestResource => {
    const applied = recorded.get(nameOf(one))?.applied
    const formerly = asKubectl.includes(one.set) ? { formerly: 'kubectl' as const } : {}
    return { ...one, ...formerly, ...(applied === undefined ? {} : { applied }) }
  })
  const ordered = [...own.filter(comesFirst), ...own.filter((one) => !comesFirst(one))]
  if (!isKnown) return ordered
  const objects = own.flatMap(({ set, object }) => (object === undefined ? [] : [{ set, object }]))
  const former = [...recorded].filter(([address]) => !last.has(address)).map(([, one]) => one)
  // What holds objects that are wanted takes them along if it goes.
  const kept = former.filter(({ object }) => objects.some((one) => isContainerOf(object, one.object)))
  const noting = recordOf(record, [...objects.map((one) => ({ ...one, applied: digestOf(one.object) })), ...kept])
  const gone = former.filter((one) => !kept.includes(one)).toReversed()
  return [
    ...gone.map(({ set, object }): ManifestResource => {
      return { kind: 'manifest', set, state: 'absent', object: { ...object, raw: {}, text: '' }, server }
    }),
    // Earlier versions noted the sum of a set: as long as that stands, a run that was broken off takes over the rest.
    { kind: 'manifest', set: record, object: noting, server, record: isTakingOver ? 'last' : 'first' },
    ...ordered.map((one): ManifestResource => ({ ...one, notedIn: identityOf(noting) })),
  ]
}

/** A namespace, or the definition of a group of kinds: of a recorded one only the name is known, `wares.example.org`. */
function isContainerOf(holder: ObjectRef, object: ObjectRef): boolean {
  if (isNamespace(holder)) return object.namespace === holder.name
  return isDefinition(holder) && holder.name.endsWith(`.${groupOf(object)}`)
}

const nameOf = ({ set, object }: ManifestResource): string => (object === undefined ? set : addressOf(object))

const comesFirst = ({ object }: ManifestResource): boolean => object !== undefined && isContainer(object)

function resourcesOf(set: ManifestSet, { server, registries }: WantedObjects): readonly ManifestResource[] {
  const { name, source, settings = {}, objects } = set
  const common = {
    kind: 'manifest',
    set: name,
    server,
    notes: [origin(set), ...withSettings(settings)],
    downloads: [...registries, ...(/^https?:/.test(source) ? [source] : [])],
  } as const
  if (objects === undefined) return [{ ...common, estimateSeconds: SECONDS.set }]
  return objects.map((object: ManifestObject) => ({ ...common, object, estimateSeconds: SECONDS.object }))
}

/** `from FILE, sha256:...`; without a sum if there is a Secret in it, whose value a sum would help to guess. */
function origin({ source, sha256, objects = [] }: ManifestSet): string {
  return `from ${source}${objects.some(isSecret) ? '' : `, sha256:${sha256}`}`
}

/** `with CALICO_IPV4POOL_IPIP=Never, ...`: what the sum of the file says nothing of. */
function withSettings(settings: Readonly<Record<string, string>>): readonly string[] {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return set.length === 0 ? [] : [`with ${set.join(', ')}`]
}
