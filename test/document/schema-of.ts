import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { jsonSchemaOf, type SchemaName } from '../../src/document/schemas.js'

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, validateFormats: false })
const compiled = new Map<string, ValidateFunction>()

function checkOf(name: SchemaName, closed: boolean): ValidateFunction {
  const key = `${name} ${String(closed)}`
  const check = compiled.get(key) ?? ajv.compile(jsonSchemaOf(name, { closed }))
  compiled.set(key, check)
  return check
}

/**
 * What the published schema of a document says of some data, and whether it names every key there is: a list of complaints,
 * empty where all is well.
 */
export function complaintsOf(name: SchemaName, data: unknown): readonly string[] {
  return [false, true].flatMap((closed) => {
    const check = checkOf(name, closed)
    if (check(data)) return []
    return (check.errors ?? []).map((one) => `${one.instancePath} ${one.message ?? ''} ${JSON.stringify(one.params)}`)
  })
}
