import { describe, expect, test } from 'vitest'
import { objectOf, readObjects, textOf, withRaw } from '../../src/manifests/objects.js'

const read = (text: string): ReturnType<typeof readObjects> => readObjects(Buffer.from(text), 'net.yaml')
const map = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: x\n${rest}`

describe('the objects of a manifest', () => {
  test('are those of its documents, in their order; comments alone are none', () => {
    const objects = read(`# License\n---\n${map('a')}--- # Source: b\n# b\n${map('b')}---\n---\n\n# end\n`)
    expect(objects.map(({ apiVersion, kind, namespace, name }) => [apiVersion, kind, namespace, name])).toEqual([
      ['v1', 'ConfigMap', 'x', 'a'],
      ['v1', 'ConfigMap', 'x', 'b'],
    ])
    expect(textOf(objects)).toBe(`${map('a')}---\n# b\n${map('b')}`)
  })

  test('are read alike with the line ends and the mark of other systems', () => {
    const objects = read(`\uFEFF---\r\n${`${map('a')}---\n${map('b')}`.replaceAll('\n', '\r\n')}`)
    expect(objects.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['a', 'x'],
      ['b', 'x'],
    ])
  })

  test('of a List stand alone, and can be applied so', () => {
    const item = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { on: 'yes', mode: '0755' } }
    const objects = read(`apiVersion: v1\nkind: List\nitems:\n  - ${JSON.stringify(item)}\n---\n${map('b')}`)
    expect(objects.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(read(textOf(objects)).map(({ raw }) => raw)).toEqual(objects.map(({ raw }) => raw))
  })

  test('of no namespace have none', () => {
    expect(read('apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n')[0]).not.toHaveProperty('namespace')
  })

  test('that are changed are written so that YAML 1.1, which kubectl reads, means the same', () => {
    const values = ['on', 'y', 'no', '0755', '1_000', '1:30', '~', '', '2020-01-01', '{a}', 'a: b', 'a\nb\n', '"']
    const data = Object.fromEntries(values.map((value, index) => [`k${String(index)}`, value]))
    const one = objectOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data })
    expect(read(one.text)[0]?.raw).toEqual(one.raw)
    expect(withRaw(one, one.raw).text).toBe(one.text)
    expect(one.text).toContain('k0: "on"\n  k1: "y"\n  k2: "no"\n  k3: "0755"\n')
  })

  test('are read as YAML 1.1: a bare on is true, and 0755 octal', () => {
    expect(read(map('a', 'data: { a: on, b: 0755, c: 2020-01-01, d: 1:30 }\n'))[0]?.raw['data']).toEqual({
      a: true,
      b: 0o755,
      c: '2020-01-01',
      d: '1:30',
    })
  })
})

describe('a manifest is refused', () => {
  const many = (count: number, item: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => item(index)).join('')
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${many(
    8,
    (index) =>
      `${'bcdefghi'.charAt(index)}: &${'bcdefghi'.charAt(index)} [${Array(9)
        .fill(`*${'abcdefgh'.charAt(index)}`)
        .join(',')}]\n`,
  )}`

  test.each([
    ['an object twice', `${map('a')}---\n${map('a')}`, 'holds ConfigMap x/a twice'],
    ['broken YAML', `${map('a')}---\na: b\nc: [\n`, 'has a document 2 (line 7) that is no YAML, at line 9: '],
    ['a text', `${map('a')}---\nhello\n`, 'has a document 2 (line 7) that is no object of Kubernetes'],
    ['a web page', '<!DOCTYPE html>\n<html><body>Sign in</body></html>\n', 'has a document 1 (line 1) that is no '],
    ['no apiVersion', 'kind: Pod\nmetadata: { name: a }\n', 'has a document 1 (line 1) that has no apiVersion'],
    ['no kind', 'apiVersion: v1\nmetadata: { name: a }\n', 'has a document 1 (line 1) that has no kind'],
    ['no name', 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }\n', 'is a Pod without metadata.name'],
    [
      'a wrong item',
      'apiVersion: v1\nkind: List\nitems: [{}]\n',
      'has a document 1 (line 1), item 1 that has no apiVersion',
    ],
    ['nothing', '# nothing\n---\n', 'holds no object at all'],
    ['a key twice', map('a', 'data: { a: 1, a: 2 }\n'), 'has the key a twice in one map'],
    ['a tag', map('a', 'data: !!binary aGk=\n'), 'is no YAML'],
    ['something behind the dashes', `--- ${JSON.stringify({ kind: 'Pod' })}\n`, 'begins on the line of its dashes'],
    ['an alias', map('a', 'data: { a: &a 1, b: *a }\n'), 'uses the alias *a'],
    ['aliases that multiply', bomb, 'uses the alias *a'],
    ['an alias of itself', map('a', 'data: &a { b: *a }\n'), 'uses the alias *a'],
    ['10,000 documents', many(10_000, (index) => `${map(`a${String(index)}`)}---\n`), 'has more than 1000 documents'],
    ['two million items', `a:\n${'- a\n'.repeat(2_000_000)}`, 'is larger than any manifest'],
    ['a list in a list without end', `a: ${'['.repeat(200_000)}`, 'that is n'],
    ['a map in a map without end', many(1500, (index) => `${' '.repeat(index)}a:\n`), 'is nested too deeply'],
    ['16 MiB of blank lines', '\n'.repeat(16 * 1024 * 1024), 'is larger than any manifest'],
  ])('for %s, in bounded time', (_, text, why) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'SOURCE_REJECTED', message: expect.stringContaining(why) as unknown }),
    )
    expect(() => read(text)).toThrow(/^the manifest net\.yaml /)
  })

  test('for many keys, without a look at each pair of them', () => {
    const seconds = (count: number): number => {
      const keys = many(count, (index) => `  k${String(index)}: v\n`)
      const before = process.cpuUsage()
      expect(Object.keys(read(map('a', `data:\n${keys}`))[0]?.raw['data'] ?? {})).toHaveLength(count)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1e6
    }
    // Ten times the keys would take a hundred times as long if each pair were looked at.
    const [few, all] = [seconds(10_000), seconds(100_000)]
    expect(all).toBeLessThan(40 * few)
  })

  test('for bytes that are no text', () => {
    expect(() => readObjects(Buffer.from([0x61, 0xff, 0xfe]), 'net.yaml')).toThrow(/is no UTF-8 text/)
  })
})
