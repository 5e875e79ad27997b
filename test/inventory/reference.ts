import { alternatives, type SchemaNode } from '../../src/inventory/schema/schema-at.js'
import { inventoryJsonSchema } from '../../src/inventory/schema/schema.js'
import { type Pattern, PATTERNS } from '../../src/inventory/schema/patterns.js'

const HEAD = `# The inventory

<!-- Made from the schema in src/inventory. Change that, then: npx vitest run test/inventory/published.test.ts -u -->

One YAML file describes one cluster; \`inventory.example.yaml\` is a commented one to start from. \`tripod validate\` checks
it without touching any machine, \`tripod schema\` prints its JSON Schema, which editors use when the file begins with
\`# yaml-language-server: $schema=PATH\`. Unknown keys are errors everywhere but in settings that are passed through.

A field with a default can be left out. Bold fields are required.

| Field | Type | Default | Meaning |
|---|---|---|---|
`

const TAIL = `
## Checks among fields

- Node names, addresses and SSH addresses are unique; the VIP is no node's address. All addresses are of one family.
- The pod subnet, the service subnet, the nodes and the VIP do not overlap (P15).
- With no load-balancer node the masters carry the load balancer (layout L3: clients on 6443, API servers on 6444; layout L2 with
  \`endpoint.port: 8443\`: API servers on 6443). With load-balancer nodes the masters carry none (L1). With \`endpoint.external\` you run it.
- HAProxy and the API server do not share a port of one machine (P17). An even number of masters is warned about (P18).
- Kubernetes is 1.22 to 1.37 and containerd fits it (P24); a version out of support is warned about (P37).
- A signing key of your own needs \`fingerprints\`.
`

function typeOf(node: SchemaNode): string {
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (node.pattern !== undefined) return patternName(node.pattern)
  if (node.items) return `list of ${alternatives(node.items).map(typeOf).join(' or ')}`
  if (node.type === 'integer') return 'port'
  if (node.type === 'object' || node.$ref !== undefined || node.additionalProperties !== undefined) return 'map'
  return node.type ?? 'any'
}

function patternName(source: string): string {
  const pattern = Object.values<Pattern>(PATTERNS).find((one) => one.regex.source === source)
  return pattern ? pattern.what.replace(/^an? |^the /, '') : 'text'
}

function spellDefault(node: SchemaNode): string {
  return node.default === undefined
    ? ''
    : `\`${typeof node.default === 'string' ? node.default : JSON.stringify(node.default)}\``
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')

function row(path: string, node: SchemaNode, required: boolean): string {
  const types = [...new Set(alternatives(node).map(typeOf))].join(' or ')
  const name = required ? `**\`${path}\`**` : `\`${path}\``
  return `| ${name} | ${cell(types)} | ${cell(spellDefault(node))} | ${cell(node.description ?? '')} |`
}

function rows(node: SchemaNode, path: string): readonly string[] {
  return alternatives(node).flatMap((option) => [
    ...Object.entries(option.properties ?? {}).flatMap(([key, child]) => {
      const place = path === '' ? key : `${path}.${key}`
      return [row(place, child, option.required?.includes(key) ?? false), ...rows(child, place)]
    }),
    ...(option.items ? rows(option.items, `${path}[]`) : []),
  ])
}

/** docs/inventory.md: every field of the inventory, as the schema has it. */
export function inventoryReference(): string {
  return `${HEAD}${[...new Set(rows(inventoryJsonSchema(), ''))].join('\n')}\n${TAIL}`
}
