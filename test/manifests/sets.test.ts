import { describe, expect, test } from 'vitest'
import { calicoFor } from '../../src/manifests/pins.js'
import { manifestSets, unfetched } from '../../src/manifests/sets.js'
import { clusterWith } from './cluster.js'

const SUM = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const own = (calico: string, sha256?: string): string =>
  `sources: { manifests: { calico: ${calico}${sha256 === undefined ? '' : `, sha256: ${sha256}`} } }`

describe('which Calico a cluster gets', () => {
  test('is the one pinned for its Kubernetes, by the operator where that is pinned', () => {
    const chosen = Array.from({ length: 16 }, (_, index) => index + 22).map((minor) => {
      try {
        const { version, way } = calicoFor(clusterWith(minor))
        return `1.${String(minor)} ${String(version)} ${way}`
      } catch {
        return `1.${String(minor)} none`
      }
    })
    expect(chosen.filter((line) => !line.endsWith('none'))).toEqual([
      '1.27 v3.27.5 manifest',
      '1.28 v3.27.5 manifest',
      '1.29 v3.27.5 manifest',
      '1.30 v3.29.7 operator',
      '1.31 v3.30.7 operator',
      '1.32 v3.30.7 operator',
      '1.33 v3.30.7 operator',
      '1.34 v3.32.1 operator',
      '1.35 v3.32.1 operator',
      '1.36 v3.32.1 operator',
      // No release lists it: the newest, with a warning.
      '1.37 v3.32.1 operator',
    ])
  })

  test.each([22, 24, 26])('is an error that names the way out where none is pinned (1.%d)', (minor) => {
    expect(() => manifestSets(clusterWith(minor))).toThrow(
      expect.objectContaining({
        code: 'INVENTORY_INVALID',
        message: `no release of Calico is pinned for Kubernetes 1.${String(minor)}.0; pinned are v3.32.1 (1.34 to 1.36), v3.30.7 (1.31 to 1.33), v3.29.7 (1.30), v3.27.5 (1.27 to 1.29)`,
        hint: expect.stringMatching(
          /inventory\.yaml: sources\.manifests\.calico,.*sources\.manifests\.sha256.*cni: none/,
        ) as unknown,
      }),
    )
    // A file alone has nothing it could be held against.
    expect(() => manifestSets(clusterWith(minor, own('https://mirror.example.org/calico.yaml')))).toThrow(/pinned/)
  })

  test("is the user's own file with its own sum, for any Kubernetes", () => {
    expect(manifestSets(clusterWith(31, own('./calico.yaml', SUM)))).toEqual([
      {
        name: 'calico',
        content: 'manifest',
        source: '/home/ops/clusters/calico.yaml',
        sha256: SUM,
      },
    ])
  })

  test('is the pinned calico.yaml when only its address is another', () => {
    const [set, ...more] = manifestSets(clusterWith(36, own('https://mirror.example.org/calico.yaml')))
    expect(more).toEqual([])
    expect(set).toMatchObject({ source: 'https://mirror.example.org/calico.yaml', version: 'v3.32.1', bytes: 349_572 })
    expect(set?.sha256).toMatch(/^a1df919d/)
  })
})

describe('the sets of a pod network', () => {
  test('of the operator are its types, itself, and what it is asked for, in this order', () => {
    const sets = manifestSets(clusterWith(36))
    expect(sets.map(({ name, source }) => [name, source])).toEqual([
      ['calico-crds', 'https://raw.githubusercontent.com/projectcalico/calico/v3.32.1/manifests/operator-crds.yaml'],
      [
        'calico-operator',
        'https://raw.githubusercontent.com/projectcalico/calico/v3.32.1/manifests/tigera-operator.yaml',
      ],
      ['calico', 'tripod'],
    ])
  })

  test("are the user's own list in its order, without a sum, or nothing", () => {
    const list = clusterWith(31, 'network: { cni: { manifests: ["https://example.org/net.yaml", ./more.yaml] } }')
    expect(manifestSets(list).map(({ name, source, sha256, content }) => [name, source, sha256, content])).toEqual([
      ['manifest-1', 'https://example.org/net.yaml', undefined, 'own'],
      ['manifest-2', '/home/ops/clusters/more.yaml', undefined, 'own'],
    ])
    expect(manifestSets(clusterWith(31, 'network: { cni: none }'))).toEqual([])
  })

  test('are named without any network, and left out where none could be verified', () => {
    expect(unfetched(clusterWith(36)).map(({ name, sha256 }) => [name, sha256.slice(0, 8)])).toEqual([
      ['calico-crds', '192f8b2d'],
      ['calico-operator', 'f18e0737'],
      ['calico', expect.stringMatching(/^[0-9a-f]{8}$/)],
    ])
    expect(unfetched(clusterWith(30)).map(({ name }) => name)).toEqual(['calico-operator', 'calico'])
    expect(unfetched(clusterWith(26))).toEqual([])
  })
})
