import { stringify } from 'yaml'

/** Fields of an object as the API server has it. */
export type ObjectFields = Readonly<Record<string, unknown>>

/** What the API server keeps for itself: it changes without anyone wanting it, and means nothing to a reader. */
const OF_SERVER = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink']

/** The YAML of an object. kubectl reads YAML 1.1, in which a bare `on` or `0755` means something else: such texts get quotes. */
export function yamlOf(fields: ObjectFields): string {
  return stringify(fields, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })
}

/** An object without what the API server keeps for itself, and without its status. */
export function comparable(fields: ObjectFields): ObjectFields {
  const metadata = without((fields['metadata'] ?? {}) as ObjectFields, OF_SERVER)
  return { ...without(fields, ['status', 'metadata']), metadata }
}

function without(fields: ObjectFields, keys: readonly string[]): ObjectFields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)))
}

/** As YAML with sorted keys, so that two of them differ where the objects do. */
export function comparableText(fields: ObjectFields): string {
  return stringify(comparable(fields), {
    version: '1.1',
    lineWidth: 0,
    aliasDuplicateObjects: false,
    sortMapEntries: true,
  })
}
