import type { Json } from '../inventory/cluster.js'
import { identityOf } from '../resources/object-identity.js'
import { yamlOf } from '../resources/object-text.js'
import { readDocuments, type YamlDocument } from './documents.js'
import { rejected } from './rejected.js'

/** Fields of a map of JSON. */
export type Fields = Readonly<Record<string, Json>>

/** An object for the API server. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly raw: Fields
  /** YAML of this object alone, without dashes, ending in a line break: as it came, until something of it is changed. */
  readonly text: string
}

const FIX =
  'Correct the file: every document is one object with apiVersion, kind and metadata.name, or a List of such objects.'

/** The objects of a manifest in its order, Lists opened. Throws SOURCE_REJECTED, naming the document that is no object. */
export function readObjects(bytes: Buffer, source: string): readonly KubernetesObject[] {
  const objects = readDocuments(bytes, source).flatMap((document) => objectsOf(document, source))
  const seen = new Set<string>()
  for (const object of objects) {
    const identity = identityOf(object)
    if (seen.has(identity)) throw rejected(source, `holds ${identity} twice`, 'Keep one of them.')
    seen.add(identity)
  }
  if (objects.length === 0) throw rejected(source, 'holds no object at all', FIX)
  return objects
}

/** The object with other content, and its text made from that. */
export function withRaw(object: KubernetesObject, raw: Fields): KubernetesObject {
  return { ...object, raw, text: yamlOf(raw) }
}

/** An object that tripod itself makes. */
export function objectOf(raw: Fields): KubernetesObject {
  const object = parsedObject(raw, yamlOf(raw))
  if (typeof object === 'string') throw new Error(object)
  return object
}

/** All of them as one file for `kubectl apply -f`. */
export function textOf(objects: readonly KubernetesObject[]): string {
  return objects.map(({ text }) => text).join('---\n')
}

function objectsOf({ number, line, text, value }: YamlDocument, source: string): readonly KubernetesObject[] {
  const checked = (object: KubernetesObject | string, where: string): KubernetesObject => {
    if (typeof object === 'string')
      throw rejected(source, `has a document ${String(number)} (line ${String(line)})${where} that ${object}`, FIX)
    return object
  }
  if (!isList(value)) return [checked(parsedObject(value, text), '')]
  return value.items.map((item, index) =>
    checked(parsedObject(item, isFields(item) ? yamlOf(item) : ''), `, item ${String(index + 1)}`),
  )
}

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isList = (value: Json): value is Fields & { readonly items: readonly Json[] } =>
  isFields(value) &&
  typeof value['kind'] === 'string' &&
  value['kind'].endsWith('List') &&
  Array.isArray(value['items'])

/** The object, or what is wrong with it. */
function parsedObject(raw: Json, text: string): KubernetesObject | string {
  if (!isFields(raw)) return 'is no object of Kubernetes'
  if (isList(raw)) return 'is a List within a List'
  const { apiVersion, kind, metadata } = raw
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'has no apiVersion'
  if (typeof kind !== 'string' || kind === '') return 'has no kind'
  const { name, namespace } = isFields(metadata) ? metadata : {}
  // With generateName alone every apply would make one more.
  if (typeof name !== 'string' || name === '') return `is a ${kind} without metadata.name`
  if (namespace !== undefined && typeof namespace !== 'string')
    return `is a ${kind} whose metadata.namespace is no text`
  return { apiVersion, kind, ...(namespace !== undefined && { namespace }), name, raw, text }
}
