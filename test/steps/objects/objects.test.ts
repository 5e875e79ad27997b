import { describe, expect, test } from 'vitest'
import { readObjects } from '../../../src/manifests/objects.js'
import { readRecord } from '../../../src/steps/objects/object-record.js'
import { objectResources } from '../../../src/steps/objects/objects.js'

const MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: here }\ndata: { a: "1" }\n'
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: { name: pin }\nstringData: { pin: swordfish }\n'

const setOf = (yaml: string) => {
  return {
    name: 'own',
    source: '/home/ops/own.yaml',
    sha256: 'ab',
    objects: readObjects(Buffer.from(yaml), 'own.yaml'),
  }
}
/** What the record says after an apply of it. */
const noted = (yaml: string): Readonly<Record<string, string>> =>
  (wanted(yaml)[0]?.object?.raw['data'] ?? {}) as Record<string, string>
const wanted = (yaml: string, before?: string) =>
  objectResources({
    sets: [setOf(yaml)],
    record: 'tripod-objects',
    server: 'https://10.0.0.11:6443',
    registries: [],
    ...(before === undefined ? {} : { noted: noted(before) }),
  })

describe('the objects of a set', () => {
  test('come after the record of them, which goes alone', () => {
    const resources = wanted(MAP)
    expect(resources.map(({ object, record }) => [object?.name, record])).toEqual([
      ['tripod-objects', 'first'],
      ['here', undefined],
    ])
    const { data } = (resources[0]?.object?.raw ?? {}) as { readonly data?: Record<string, string> }
    expect(readRecord(data ?? {}).map(({ object }) => object.name)).toEqual(['here'])
  })

  test('that leave it go first; one that names the namespace default in another way does not', () => {
    const going = (yaml: string, before: string) =>
      wanted(yaml, before).flatMap(({ state, object }) => (state === 'absent' ? [object?.name] : []))
    expect(going(MAP, `${MAP}---\n${SECRET}`)).toEqual(['pin'])
    const inDefault = MAP.replace('name: here', 'name: here, namespace: default')
    expect(going(MAP, inDefault)).toEqual([])
    expect(going(inDefault, MAP)).toEqual([])
    expect(going(MAP, MAP.replace('name: here', 'name: here, namespace: shop'))).toEqual(['here'])
  })

  test('say the sum of their file only if no Secret is in it: who knows the rest of it could try values', () => {
    const notes = (yaml: string) => new Set(wanted(yaml).flatMap((one) => one.notes ?? []))
    expect(notes(MAP)).toEqual(new Set(['from /home/ops/own.yaml, sha256:ab']))
    expect(notes(`${MAP}---\n${SECRET}`)).toEqual(new Set(['from /home/ops/own.yaml']))
  })

  test('keep the namespace and the definition that they lie in, and the record goes on naming both', () => {
    const object = 'apiVersion: example.org/v1\nkind: Ware\nmetadata: { name: bread, namespace: shop }\n'
    const space = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n'
    const definition =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: wares.example.org }\n'
    const all = [space, definition, object].join('---\n')
    const left = wanted(object, all)
    expect(left.filter(({ state }) => state === 'absent')).toEqual([])
    const { data } = (left[0]?.object?.raw ?? {}) as { readonly data?: Record<string, string> }
    expect(readRecord(data ?? {}).map((one) => one.object.name)).toEqual(['bread', 'shop', 'wares.example.org'])
    const other = wanted(MAP, all)
    expect(other.flatMap((one) => (one.state === 'absent' ? [one.object?.name] : []))).toEqual([
      'bread',
      'wares.example.org',
      'shop',
    ])
  })

  test('of an earlier tripod are noted only when all of them were taken over', () => {
    const before = { own: 'a'.repeat(64) }
    const resources = objectResources({
      sets: [setOf(MAP)],
      record: 'r',
      server: 'https://x',
      registries: [],
      noted: before,
    })
    expect(resources.map(({ record, formerly }) => [record, formerly])).toEqual([
      ['last', undefined],
      [undefined, 'kubectl'],
    ])
  })
})
