import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Pattern, PATTERNS } from '../../src/inventory/schema/patterns.js'
import { alternatives, type SchemaNode } from '../../src/inventory/schema/schema-at.js'
import { inventoryJsonSchema } from '../../src/inventory/schema/schema.js'
import { clusterOf, LAB } from './lab.js'
import { inventoryReference } from './reference.js'

const root = new URL('../../', import.meta.url)
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(inventoryJsonSchema())

test('the published JSON Schema is the one of the code', async () => {
  const path = new URL('schema/inventory.schema.json', root).pathname
  await expect(`${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(path)
})

test('docs/inventory.md is made from the schema of the code', async () => {
  await expect(inventoryReference()).toMatchFileSnapshot(new URL('docs/inventory.md', root).pathname)
})

test('every field has a description', () => {
  const bare: string[] = []
  const walk = (node: SchemaNode, path: string): void => {
    if (node.description === undefined) bare.push(path)
    for (const option of alternatives(node)) {
      for (const [key, child] of Object.entries(option.properties ?? {})) walk(child, `${path}.${key}`)
      if (option.items?.properties) walk(option.items, `${path}[]`)
    }
  }
  walk(inventoryJsonSchema(), '')
  expect(bare).toEqual([])
})

test('the published schema accepts a right inventory and refuses a wrong one, like tripod itself', () => {
  const errorsOf = (text: string): unknown =>
    validate(parse(text)) ? [] : validate.errors?.map((error) => error.instancePath)
  expect(errorsOf(LAB)).toEqual([])
  expect(errorsOf(LAB.replace('name: m2', 'name: M2'))).toEqual(['/nodes/1/name'])
  expect(errorsOf(LAB.replace('10.0.0.12', '10.0.0.012'))).toEqual(['/nodes/1/address'])
  expect(errorsOf(LAB.replace('kubernetes:', 'kubernets:'))).toEqual([''])
  expect(errorsOf(LAB.replace('user: ops', 'user: $(id)'))).toEqual(['/ssh/user'])
})

test('every pattern accepts its own example and is spelled like no other, so that an error names the right one', () => {
  const patterns = Object.values<Pattern>(PATTERNS)
  expect(patterns.filter(({ regex, example }) => !regex.test(example))).toEqual([])
  expect(new Set(patterns.map(({ regex }) => regex.source)).size).toBe(patterns.length)
})

test('the example inventory is valid, for tripod and for the published schema', async () => {
  const text = await readFile(new URL('inventory.example.yaml', root), 'utf8')
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schema\/inventory\.schema\.json\n/)
  expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
  const { nodes, endpoint } = clusterOf(text)
  expect(nodes.map(({ name, roles }) => `${name} ${roles.join(' ')}`)).toEqual([
    'm1 control-plane',
    'm2 control-plane',
    'm3 control-plane',
    'w1 worker',
  ])
  expect(endpoint.layout).toBe('L3')
})

// `# key: value   # remark` or `#   key: value`, but for examples, which are no defaults.
function uncomment(line: string): string {
  const [, indent = '', rest = ''] = /^( *)# ( *[A-Za-z]+:(?: .*)?)$/.exec(line) ?? []
  return rest === '' || line.includes('for example') ? line : `${indent}${rest}`
}

test('the defaults that the example shows in comments are the defaults', async () => {
  const text = await readFile(new URL('inventory.example.yaml', root), 'utf8')
  const open = text.split('\n').map(uncomment).join('\n')
  expect(open).toContain('\n  podSubnet: 10.244.0.0/16')
  expect(open.split('\n').filter((line, index) => line !== text.split('\n')[index]).length).toBeGreaterThan(25)
  expect({ ...clusterOf(open), inventoryDigest: '' }).toEqual({ ...clusterOf(text), inventoryDigest: '' })
})
