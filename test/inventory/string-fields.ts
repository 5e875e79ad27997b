import { alternatives, type SchemaNode } from '../../src/inventory/schema/schema-at.js'
import { inventoryJsonSchema } from '../../src/inventory/schema/schema.js'
import type { Path } from '../../src/inventory/read/problem.js'

/** A place in the inventory where a text of the user can stand, found in the schema itself. */
export interface StringField {
  /** From the top; entries of maps stand under a key that is right there, entries of lists under 0. */
  readonly path: Path
  /** Whether the text is the value, or the last key of the path. */
  readonly at: 'key' | 'value'
  /** A text that is right there. */
  readonly example: string
  /** Settings handed on to another program: any text on one line is right. */
  readonly passthrough: boolean
}

interface Examples extends SchemaNode {
  readonly examples?: readonly unknown[]
  readonly minItems?: number
  readonly minimum?: number
}

const ROOT = inventoryJsonSchema() as SchemaNode & { readonly $defs?: Readonly<Record<string, SchemaNode>> }

/** The part of the schema that a reference points at. */
function resolve(node: SchemaNode): SchemaNode {
  return node.$ref === undefined ? node : (ROOT.$defs?.[node.$ref.replace('#/$defs/', '')] ?? node)
}

function textExample(node: Examples): string {
  const known = node.examples?.[0] ?? node.enum?.[0] ?? node.const
  if (typeof known !== 'string') throw new Error(`no example for ${JSON.stringify(node)}`)
  return known
}

/** The smallest right value for a part of the schema. */
function sampleOf(part: SchemaNode): unknown {
  const node = resolve(alternatives(resolve(part))[0] ?? part) as Examples
  if (node.type === 'string') return textExample(node)
  if (node.type === 'array') return node.items && (node.minItems ?? 0) > 0 ? [sampleOf(node.items)] : []
  if (node.type === 'boolean') return false
  if (node.type !== 'object') return node.minimum ?? 1
  const required = (node.required ?? []).map((key) => [key, sampleOf(node.properties?.[key] ?? {})])
  return Object.fromEntries(required) as unknown
}

function fieldsOf(part: SchemaNode, path: Path, references: readonly string[]): readonly StringField[] {
  if (part.$ref !== undefined && references.includes(part.$ref)) return []
  const open = part.$ref === undefined ? references : [...references, part.$ref]
  return alternatives(resolve(part)).flatMap((node): readonly StringField[] => {
    if (node.$ref !== undefined) return fieldsOf(node, path, open)
    if (node.type === 'string') return [{ path, at: 'value', example: textExample(node), passthrough: isSetting(node) }]
    if (node.items) return fieldsOf(node.items, [...path, 0], open)
    const named = Object.entries(node.properties ?? {}).flatMap(([key, child]) => fieldsOf(child, [...path, key], open))
    return [...named, ...entriesOf(node, path, open)]
  })
}

function entriesOf(node: SchemaNode, path: Path, open: readonly string[]): readonly StringField[] {
  const { propertyNames, additionalProperties } = node
  if (propertyNames === undefined || typeof additionalProperties !== 'object') return []
  const key = textExample(propertyNames)
  const field: StringField = { path: [...path, key], at: 'key', example: key, passthrough: isSetting(propertyNames) }
  return [field, ...fieldsOf(additionalProperties, [...path, key], open)]
}

// The two patterns of settings are the only ones that forbid nothing but control characters.
function isSetting(node: SchemaNode): boolean {
  return node.pattern?.includes('[^\\p{Cc}') ?? false
}

/** Every place of the inventory in which a text can stand, with every alternative form. */
export function everyStringField(): readonly StringField[] {
  return fieldsOf(ROOT, [], [])
}

function schemasAt(path: Path): readonly SchemaNode[] {
  return path.reduce<readonly SchemaNode[]>(
    (nodes, part) =>
      nodes.flatMap((node) => {
        const child =
          typeof part === 'number' ? node.items : (node.properties?.[part] ?? node.additionalProperties ?? undefined)
        return typeof child === 'object' ? alternatives(resolve(child)).map(resolve).flatMap(alternatives) : []
      }),
    [ROOT],
  )
}

const fits = (value: unknown, key: string | number): boolean =>
  typeof key === 'number' ? Array.isArray(value) : typeof value === 'object' && value !== null && !Array.isArray(value)

function container(path: Path, key: string | number): unknown {
  const holds = (node: SchemaNode): boolean =>
    typeof key === 'number'
      ? node.items !== undefined
      : node.properties?.[key] !== undefined || typeof node.additionalProperties === 'object'
  const schema = schemasAt(path).find(holds)
  return schema ? sampleOf(schema) : typeof key === 'number' ? [] : {}
}

/** A copy of an inventory in which the text stands at the field; what is needed around it is put in. */
export function withField(inventory: unknown, field: StringField, text: string): unknown {
  const whole = { root: structuredClone(inventory) }
  let parent = whole as Record<string | number, unknown>
  let last: string | number = 'root'
  const path = field.at === 'key' ? [...field.path.slice(0, -1), text] : field.path
  for (const [depth, part] of path.entries()) {
    if (!fits(parent[last], part)) parent[last] = container(path.slice(0, depth), part)
    parent = parent[last] as Record<string | number, unknown>
    last = part
  }
  const [entry] = schemasAt(field.path)
  // defineProperty: an assignment to `__proto__` would do something else.
  const value = field.at === 'key' ? sampleOf(entry ?? {}) : text
  Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true })
  return whole.root
}

/** An inventory into which any field can be put without contradicting another. */
export function roomyInventory(field: StringField): unknown {
  const external = field.path.join('.') === 'endpoint.external'
  return {
    cluster: 'lab',
    endpoint: external ? {} : { vip: '10.0.0.10' },
    nodes: [{ name: 'm1', address: '10.0.0.21', roles: ['control-plane'] }],
    network: { podSubnet: '172.20.0.0/16', serviceSubnet: '10.96.0.0/12' },
    sources: {
      kubernetes: { fingerprints: ['DE15B14486CD377B9E876E1A234654DA9A296436'] },
      containerd: { fingerprints: ['9DC858229FC7DD38854AE2D88D81803C0EBFCD88'] },
      manifests: { calico: './tigera-operator.yaml' },
    },
  }
}
