import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/inventory/cluster.js'
import { installation, manifestText, operatorText } from '../../src/manifests/calico.js'
import { type KubernetesObject, namesIn, nameOf, parseObjects, writeObjects } from '../../src/manifests/objects.js'
import { calicoSources } from '../../src/manifests/pins.js'
import { manifestSets, networkSources, unfetched } from '../../src/manifests/sets.js'
import { clusterOf } from '../checks/machines.js'

/** Upstream's releases are never part of the project: they lie beside it, or where TRIPOD_TEST_DATA says. */
const DATA = join(process.env['TRIPOD_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'manifests')
const isThere = existsSync(DATA)
if (!isThere)
  console.warn(`SKIPPED tests of Calico's manifests: there is no ${DATA} (TRIPOD_TEST_DATA names another place)`)

const cluster = (minor: number, differs: Partial<Cluster> = {}): Cluster => {
  const base = clusterOf({})
  const network = { ...base.network, cni: 'calico' as const, podSubnet: '10.20.0.0/16' }
  return { ...base, kubernetes: { version: `1.${minor}.0`, minor }, network, ...differs }
}
const read = (release: string, file: string): string => readFileSync(join(DATA, `calico-${release}`, file), 'utf8')
const withRegistry = (registry: string): Partial<Cluster> => {
  const { sources } = clusterOf({})
  return { sources: { ...sources, images: { ...sources.images, calico: registry } } }
}

/** Paths at which two values differ, `spec.template.spec.containers[0].env`. */
function differences(one: unknown, other: unknown, path = ''): readonly string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return []
  const bothMaps = [one, other].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  const sameLists = Array.isArray(one) && Array.isArray(other) && one.length === other.length
  if (!bothMaps && !sameLists) return [path]
  const keys = new Set([...Object.keys(one as object), ...Object.keys(other as object)])
  const at = (value: unknown, key: string): unknown => (value as Record<string, unknown>)[key]
  return [...keys].flatMap((key) => differences(at(one, key), at(other, key), path === '' ? key : `${path}.${key}`))
}

describe('which Calico', () => {
  test('is the pinned release of that minor, by its operator where it is pinned for that', () => {
    const files = (minor: number) =>
      calicoSources(cluster(minor))?.map(({ source }) => source.split('/').slice(-3).join('/'))
    expect(files(36)).toEqual(['v3.32.1/manifests/operator-crds.yaml', 'v3.32.1/manifests/tigera-operator.yaml'])
    expect(files(28)).toEqual(['v3.27.5/manifests/calico.yaml'])
    expect([22, 31, 37].map(files)).toEqual([undefined, undefined, undefined])
  })

  test("is a file of the user's own with its sum, for any minor; without one, only the pinned bytes from elsewhere", () => {
    const { sources } = clusterOf({})
    const own = (manifests: Cluster['sources']['manifests'], minor: number) =>
      calicoSources(cluster(minor, { sources: { ...sources, manifests } }))
    expect(own({ calico: '/srv/calico.yaml', sha256: 'ab' }, 22)).toEqual([
      { set: 'calico', source: '/srv/calico.yaml', sha256: 'ab' },
    ])
    expect(own({ calico: 'https://mirror/calico.yaml' }, 28)?.[0]?.sha256).toMatch(/^a8b89fd2/)
    expect(own({ calico: 'https://mirror/calico.yaml' }, 22)).toBeUndefined()
  })

  test('is none, or a list of manifests, where the inventory says so', () => {
    const of = (cni: Cluster['network']['cni']) =>
      networkSources(cluster(36, { network: { ...cluster(36).network, cni } }))
    expect(of('none')).toEqual([])
    expect(of({ manifests: ['https://a/b.yaml', '/c.yaml'] })).toEqual([
      { set: 'manifest-1', source: 'https://a/b.yaml' },
      { set: 'manifest-2', source: '/c.yaml' },
    ])
    expect(unfetched(cluster(36)).map(({ name, text }) => [name, text])).toEqual([
      ['operator-crds', undefined],
      ['tigera-operator', undefined],
    ])
  })
})

describe.skipIf(!isThere)("upstream's own bytes", () => {
  const FILES = [
    ['v3.32.1', 'operator-crds.yaml', 36],
    ['v3.32.1', 'tigera-operator.yaml', 36],
    ['v3.27.5', 'calico.yaml', 28],
  ] as const

  test.each(FILES)(
    '%s %s have the pinned sum, and their names are read as the parser reads them',
    (release, file, minor) => {
      const text = read(release, file)
      const pinned = calicoSources(cluster(minor))?.find(({ source }) => source.endsWith(file))
      expect(createHash('sha256').update(text).digest('hex')).toBe(pinned?.sha256)
      const parsed = parseObjects(text, file).map(nameOf)
      expect(parsed.length).toBeGreaterThan(5)
      expect(namesIn(text)).toEqual(parsed)
    },
  )

  test.each(['v3.27.5', 'v3.32.1'])(
    'calico.yaml of %s changes in what this cluster asks for, and in nothing else',
    (release) => {
      const text = read(release, 'calico.yaml')
      const before = parseObjects(text, 'upstream')
      const after = parseObjects(manifestText(text, cluster(28)), 'ours')
      expect(after.map(nameOf)).toEqual(before.map(nameOf))
      const changed = before.flatMap((object, index) =>
        differences(object, after[index]).map((path) => `${object.kind} ${object.metadata.name}: ${path}`),
      )
      expect(changed).toEqual(['DaemonSet calico-node: spec.template.spec.containers.0.env'])
      const node = (objects: readonly KubernetesObject[]) => {
        const daemon = objects.find(({ kind }) => kind === 'DaemonSet') as unknown as {
          spec: { template: { spec: { containers: readonly { env: readonly { name: string; value?: string }[] }[] } } }
        }
        return new Map(daemon.spec.template.spec.containers[0]?.env.map(({ name, value }) => [name, value]))
      }
      const [old, now] = [node(before), node(after)]
      const differing = [...now.keys()].filter((name) => old.get(name) !== now.get(name))
      expect(differing.map((name) => `${name}=${now.get(name) ?? ''}`).toSorted()).toEqual([
        'CALICO_IPV4POOL_CIDR=10.20.0.0/16',
        'CALICO_IPV4POOL_IPIP=Never',
        'CALICO_IPV4POOL_VXLAN=CrossSubnet',
        'IP_AUTODETECTION_METHOD=kubernetes-internal-ip',
      ])
      expect([...old.keys()].filter((name) => !now.has(name))).toEqual([])
    },
  )

  test('name another registry in every image where the inventory does', () => {
    const images = (text: string) => [...text.matchAll(/image: "?([^\s"]+)/g)].map(([, image = '']) => image)
    const mirrored = cluster(28, withRegistry('mirror.example.org/quay'))
    for (const image of images(manifestText(read('v3.27.5', 'calico.yaml'), mirrored)))
      expect(image).toMatch(/^mirror\.example\.org\/quay\/calico\//)
    const operator = operatorText(read('v3.32.1', 'tigera-operator.yaml'), mirrored)
    expect(images(operator)).toEqual([expect.stringMatching(/^mirror\.example\.org\/quay\/tigera\/operator:/)])
    expect(operatorText('x: quay.io/', cluster(36))).toBe('x: quay.io/')
  })

  test('of the operator become three sets, the last of which asks for this cluster', () => {
    const sources = calicoSources(cluster(36)) ?? []
    const fetched = sources.map((one) => ({
      ...one,
      sha256: one.sha256 ?? '',
      text: read('v3.32.1', one.source.split('/').at(-1) ?? ''),
    }))
    const sets = manifestSets(cluster(36), fetched)
    expect(sets.map(({ name }) => name)).toEqual(['operator-crds', 'tigera-operator', 'calico-installation'])
    expect(sets[0]?.text).toBe(fetched[0]?.text)
    // What upstream's custom-resources.yaml asks for, with the subnet of this cluster and addresses that are never the VIP.
    const upstream = parseObjects(read('v3.32.1', 'custom-resources.yaml'), 'upstream')
    const ours = parseObjects(sets[2]?.text ?? '', 'ours')
    expect(ours.map(nameOf)).toEqual(upstream.slice(0, 2).map(nameOf))
    expect(differences(upstream[0], ours[0])).toEqual([
      'spec.calicoNetwork.ipPools.0.cidr',
      'spec.calicoNetwork.nodeAddressAutodetectionV4',
    ])
  })
})

describe('manifests of any kind', () => {
  test('come back as they were written, lists taken apart', () => {
    const one = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a' },
      data: { on: 'yes', n: '012', t: 'x: "y"\n' },
    }
    expect(parseObjects(writeObjects([one, one]), 'x')).toEqual([one, one])
    expect(parseObjects(`apiVersion: v1\nkind: List\nitems: [${JSON.stringify(one)}]\n---\n# nothing\n`, 'x')).toEqual([
      one,
    ])
  })

  test.each([
    ['a map without a name', 'apiVersion: v1\nkind: Pod\n', /document 1 of x .*metadata\.name/],
    ['broken YAML', 'a: [', /document 1 of x/],
    ['a key that comes twice', 'a: 1\na: 2\n', /document 1 of x/],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'b c d e f g h'
        .split(' ')
        .map(
          (key, index) =>
            `${key}: &${key} [${Array(9)
              .fill(`*${'abcdefgh'[index] ?? ''}`)
              .join(',')}]`,
        )
        .join('\n')}`,
      /aliases/,
    ],
  ])('%s is refused with its place', (_, text, why) => {
    expect(() => parseObjects(text, 'x')).toThrow(why)
  })

  test('of IPv6 clusters ask for IPv6', () => {
    const six = cluster(36, { network: { ...cluster(36).network, podSubnet: 'fd00:10:244::/56' } })
    expect(installation(six)[0]).toMatchObject({
      spec: {
        calicoNetwork: { ipPools: [{ cidr: 'fd00:10:244::/56', blockSize: 122 }], nodeAddressAutodetectionV6: {} },
      },
    })
  })
})
