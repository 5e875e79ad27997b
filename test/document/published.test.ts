import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { jsonSchemaOf, SCHEMA_NAMES } from '../../src/document/schemas.js'

const DIRECTORY = new URL('../../docs/schemas/', import.meta.url).pathname

test.each(SCHEMA_NAMES)('the published schema of %s is the one of the code', async (name) => {
  const text = `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`
  await expect(text).toMatchFileSnapshot(`${DIRECTORY}${name}.schema.json`)
})

test('no schema is published that the code does not have', async () => {
  const files = await readdir(DIRECTORY)
  expect(files.sort()).toEqual(SCHEMA_NAMES.map((name) => `${name}.schema.json`).sort())
})

test.each(SCHEMA_NAMES)(
  'the schema of %s says which document it is of, and lets a reader pass over what is new',
  (name) => {
    const schema = jsonSchemaOf(name)
    expect(schema).toMatchObject({ title: expect.stringMatching(/^tripod /) as string })
    const text = JSON.stringify(schema)
    expect(text).toContain('"formatVersion"')
    expect(text).not.toContain('"additionalProperties":false')
  },
)
