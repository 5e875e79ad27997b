import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { mergeInto, namedAfter } from '../../src/kubeconfig/kubeconfig.js'

const ADMIN = stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    { name: 'kubernetes', cluster: { server: 'https://10.0.0.10:6443', 'certificate-authority-data': 'Q0E=' } },
  ],
  users: [{ name: 'kubernetes-admin', user: { 'client-key-data': 'c2VjcmV0LWtleQ==' } }],
  contexts: [{ name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } }],
  'current-context': 'kubernetes-admin@kubernetes',
})
const OWN = stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'old', cluster: { server: 'https://old:6443' } }],
  users: [{ name: 'me', user: { token: 't0ken-of-mine' } }],
  contexts: [{ name: 'old', context: { cluster: 'old', user: 'me' } }],
  'current-context': 'old',
  extensions: [{ name: 'kept' }],
})

describe("the administrator's kubeconfig", () => {
  test('goes by the name of its cluster, so that several fit into one file', () => {
    expect(parse(namedAfter('night', ADMIN))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'night', cluster: expect.objectContaining({ server: 'https://10.0.0.10:6443' }) as unknown }],
      users: [{ name: 'night-admin', user: { 'client-key-data': 'c2VjcmV0LWtleQ==' } }],
      contexts: [{ name: 'night', context: { cluster: 'night', user: 'night-admin' } }],
      'current-context': 'night',
    })
  })

  test('is merged beside what is there, and the context in use stays', () => {
    const { text, replaced, current } = mergeInto(OWN, namedAfter('night', ADMIN), '~/.kube/config')
    const merged = parse(text) as Record<string, readonly { readonly name: string }[]>
    expect(merged['clusters']?.map(({ name }) => name)).toEqual(['old', 'night'])
    expect(merged['extensions']).toEqual([{ name: 'kept' }])
    expect([replaced, current]).toEqual([[], 'old'])
  })

  test('makes a file where there is none, and is in use then', () => {
    const { text, current } = mergeInto('', namedAfter('night', ADMIN), '~/.kube/config')
    expect(parse(text)).toMatchObject({ apiVersion: 'v1', kind: 'Config', 'current-context': 'night' })
    expect(current).toBe('night')
  })

  test('takes the place of an older one of the same cluster, and says so; the same again changes nothing', () => {
    const once = mergeInto(OWN, namedAfter('night', ADMIN), 'x').text
    const again = mergeInto(once, namedAfter('night', ADMIN), 'x')
    expect([again.text, again.replaced]).toEqual([once, []])
    const renewed = mergeInto(once, namedAfter('night', ADMIN.replace('c2VjcmV0LWtleQ==', 'bmV3')), 'x')
    expect(renewed.replaced).toEqual(['night-admin'])
  })

  test.each([
    ['no YAML', 'clusters: [{'],
    ['no list of named', 'clusters: {}'],
    ['no kubeconfig', '[1]'],
  ])('is not merged into a file that is %s, of which nothing is said', (why, own) => {
    expect(() => mergeInto(`${own} # t0ken-of-mine`, namedAfter('night', ADMIN), '~/.kube/config')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(`^~/.kube/config .*${why}`) as string }),
    )
    try {
      mergeInto(`${own} # t0ken-of-mine`, namedAfter('night', ADMIN), '~/.kube/config')
    } catch (error) {
      expect(String(error)).not.toContain('t0ken')
    }
  })
})
