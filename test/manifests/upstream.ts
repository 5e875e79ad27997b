import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type KubernetesObject, readObjects } from '../../src/manifests/objects.js'

/** Upstream's releases are no part of the project: they lie beside it, or where TRIPOD_TEST_DATA says. */
const DATA = path.join(
  process.env['TRIPOD_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../shared/data'),
  'manifests',
)

export const isUpstreamHere = existsSync(DATA)
if (!isUpstreamHere)
  console.warn(
    `SKIPPED: tests with Calico's real manifests, for there is no ${DATA} (TRIPOD_TEST_DATA names another place)`,
  )

/** The bytes that belong to an address of upstream's. */
export function upstream(address: string): Buffer {
  const [version = '', , name = ''] = address.split('/').slice(-3)
  return readFileSync(path.join(DATA, `calico-${version}`, name))
}

export const upstreamObjects = (address: string): readonly KubernetesObject[] => readObjects(upstream(address), address)

/** Where two values differ: `spec.template.spec.containers[calico-node].env[IP].value`; items of lists go by their name where they have one. */
export function differences(one: unknown, other: unknown, at = ''): readonly string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return []
  const [before, after] = [fieldsOf(one), fieldsOf(other)]
  if (before === undefined || after === undefined) return [at]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) =>
    differences(before.get(key), after.get(key), key.startsWith('[') || at === '' ? `${at}${key}` : `${at}.${key}`),
  )
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return new Map(Object.entries(value))
  return new Map(
    value.map((item: unknown, index) => [`[${(item as { name?: string } | null)?.name ?? String(index)}]`, item]),
  )
}
