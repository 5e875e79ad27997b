import { parseAllDocuments, stringify } from 'yaml'
import { TripodError } from '../errors.js'

/** An object of the Kubernetes API: what tripod looks at, and all else as it is. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly [field: string]: unknown
}

/** What names an object in a plan. */
export interface ObjectName {
  readonly kind: string
  readonly name: string
  readonly namespace?: string | undefined
}

export const nameOf = ({ kind, metadata: { name, namespace } }: KubernetesObject): ObjectName => ({
  kind,
  name,
  namespace,
})

/** The objects of a YAML text, Lists opened. Throws SOURCE_REJECTED, naming the document. */
export function parseObjects(text: string, where: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(text, { uniqueKeys: true, prettyErrors: false })
  if (!Array.isArray(documents)) return []
  return documents.flatMap((document, index) => {
    const [error] = document.errors
    if (error !== undefined) throw unusable(where, index, error.message)
    const value = attempt((): unknown => document.toJS({ maxAliasCount: 100 }), where, index)
    return value === null ? [] : flat(value, where, index)
  })
}

function flat(value: unknown, where: string, index: number): readonly KubernetesObject[] {
  const one = value as Partial<KubernetesObject> & { readonly items?: unknown }
  if (one.kind === 'List' && Array.isArray(one.items)) return one.items.flatMap((item) => flat(item, where, index))
  if (typeof one.apiVersion !== 'string' || typeof one.kind !== 'string' || typeof one.metadata?.name !== 'string')
    throw unusable(where, index, 'it has no apiVersion, kind or metadata.name')
  return [one as KubernetesObject]
}

function attempt<T>(work: () => T, where: string, index: number): T {
  try {
    return work()
  } catch {
    throw unusable(where, index, 'its aliases multiply without end')
  }
}

function unusable(where: string, index: number, why: string): TripodError {
  return new TripodError(
    'SOURCE_REJECTED',
    `document ${index + 1} of ${where} is no Kubernetes object: ${why}`,
    'Correct the file, or name another one in the inventory.',
  )
}

/** As YAML that YAML 1.1, which kubectl reads, understands in the same way. */
export function writeObjects(objects: readonly KubernetesObject[]): string {
  return objects
    .map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' }))
    .join('---\n')
}

/** What the documents of a text of upstream's are, without parsing megabytes of schemas. */
export function namesIn(text: string): readonly ObjectName[] {
  return text.split(/^---.*$/m).flatMap((document) => {
    const kind = /^kind: (\S+)\s*$/m.exec(document)?.[1]
    const metadata = /^metadata:\n((?: +.*\n?|\n)*)/m.exec(document)?.[1] ?? ''
    const name = /^ {2}name: "?([^\s"]+)"?\s*$/m.exec(metadata)?.[1]
    const namespace = /^ {2}namespace: "?([^\s"]+)"?\s*$/m.exec(metadata)?.[1]
    return kind === undefined || name === undefined ? [] : [{ kind, name, namespace }]
  })
}
