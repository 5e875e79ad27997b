import { addressOf } from '../../resources/object-identity.js'
import { yamlOf } from '../../resources/object-text.js'
import type { ManifestObject, ObjectRef } from '../../resources/resource.js'

/** An object that tripod applied, as the cluster notes it. */
export interface RecordedObject {
  readonly set: string
  readonly object: ObjectRef
  /** `digestOf` the object as it was applied. */
  readonly applied: string
}

const WORDS = 5

/** The ConfigMap in which the cluster keeps what was applied: a key for each set, a line for each of its objects. */
export function recordOf(name: string, recorded: readonly RecordedObject[]): ManifestObject {
  const metadata = { name, namespace: 'kube-system' }
  const sets = [...new Set(recorded.map(({ set }) => set))]
  const rowsOf = (set: string): string =>
    recorded.flatMap((one) => (one.set === set ? [`${rowOf(one)}\n`] : [])).join('')
  const data = Object.fromEntries(sets.map((set) => [set, rowsOf(set)]))
  const raw = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
  return { apiVersion: 'v1', kind: 'ConfigMap', ...metadata, raw, text: yamlOf(raw) }
}

function rowOf({ object: { apiVersion, kind, namespace = '-', name }, applied }: RecordedObject): string {
  return [apiVersion, kind, namespace, name, applied].join(' ')
}

/** What such a ConfigMap says, in its order. Earlier versions of tripod kept one sum for each set in it: of these it says nothing. */
export function readRecord(data: Readonly<Record<string, string>>): readonly RecordedObject[] {
  return Object.entries(data).flatMap(([set, text]) =>
    text.split('\n').flatMap((line): readonly RecordedObject[] => {
      const words = line.split(' ')
      const [apiVersion = '', kind = '', namespace, name = '', applied = ''] = words
      if (words.length !== WORDS) return []
      return [{ set, object: { apiVersion, kind, ...(namespace === '-' ? {} : { namespace }), name }, applied }]
    }),
  )
}

/** Sets that an earlier version of tripod applied, as `kubectl`. */
export function appliedAsKubectl(data: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(data).flatMap(([set, text]) => (/^[0-9a-f]{64}$/.test(text) ? [set] : []))
}

/** By `addressOf` the object. */
export function byAddress(recorded: readonly RecordedObject[]): ReadonlyMap<string, RecordedObject> {
  return new Map(recorded.map((one) => [addressOf(one.object), one]))
}
