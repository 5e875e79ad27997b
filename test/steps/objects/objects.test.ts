import { describe, expect, test } from 'vitest'
import { readObjects } from '../../../src/manifests/objects.js'
import { readRecord, recordOf } from '../../../src/steps/objects/object-record.js'
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
const wanted = (yaml: string, before?: string) =>
  objectResources({
    sets: [setOf(yaml)],
    record: 'tripod-objects',
    server: 'https://10.0.0.11:6443',
    registries: [],
    ...(before === undefined ? {} : { noted: recordOf('x', [setOf(before)]).raw['data'] as Record<string, string> }),
  })

describe('the objects of a set', () => {
  test('come after the record of them, which goes alone', () => {
    const resources = wanted(MAP)
    expect(resources.map(({ object, isRecord }) => [object?.name, isRecord])).toEqual([
      ['tripod-objects', true],
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
})
