import type { Path } from '../read/problem.js'
import { inventoryJsonSchema } from './schema.js'

/** A part of the published JSON Schema, as far as it is read here. */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly propertyNames?: SchemaNode
  readonly additionalProperties?: SchemaNode | boolean
  readonly anyOf?: readonly SchemaNode[]
  readonly $ref?: string
}

/** The alternatives of a schema node, nested unions opened. */
export function alternatives(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf ? node.anyOf.flatMap(alternatives) : [node]
}

function children(node: SchemaNode, part: string | number): readonly SchemaNode[] {
  if (typeof part === 'number') return node.items ? [node.items] : []
  const named = node.properties?.[part]
  if (named) return [named]
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []
}

/** What the schema says of a place in the data; several nodes where alternatives are open, none where nothing may stand. */
export function schemaAt(path: Path): readonly SchemaNode[] {
  const root = inventoryJsonSchema() as SchemaNode
  return path.reduce<readonly SchemaNode[]>(
    (nodes, part) => nodes.flatMap((node) => children(node, part)).flatMap(alternatives),
    [root],
  )
}

/** Keys that may stand at a place. */
export function keysAt(path: Path): readonly string[] {
  return schemaAt(path).flatMap((node) => Object.keys(node.properties ?? {}))
}

/** Maps of the inventory in which a key of that name may stand: `endpoint`, `nodes[].ssh`. */
export function placesOf(key: string): readonly string[] {
  const found: string[] = []
  const walk = (node: SchemaNode, place: string): void => {
    for (const option of alternatives(node)) {
      if (option.items) walk(option.items, `${place}[]`)
      for (const [name, child] of Object.entries(option.properties ?? {})) {
        if (name === key && place !== '') found.push(place)
        walk(child, place === '' ? name : `${place}.${name}`)
      }
    }
  }
  walk(inventoryJsonSchema(), '')
  return [...new Set(found)]
}
