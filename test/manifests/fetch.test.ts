import { identityOf } from '../../src/resources/object-identity.js'
import { textOf } from '../../src/manifests/objects.js'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Cluster } from '../../src/inventory/cluster.js'
import { fetchSets } from '../../src/manifests/fetch.js'
import { sumOf } from '../../src/manifests/source.js'
import { clusterWith } from './cluster.js'
import { isUpstreamHere, upstream } from './upstream.js'

/** The least that is a calico.yaml. */
const CALICO = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: kube-system }
spec: { template: { spec: { containers: [{ name: calico-node, image: quay.io/calico/node:v9 }] } } }
`
const bytes = Buffer.from(CALICO)

let directory = ''
let cache = ''
let server: Server
let address = ''
let served: { status: number; body: Buffer; requests: number }

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-manifests-'))
  server = createServer((_request, response) => {
    served.requests += 1
    response.writeHead(served.status).end(served.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/calico.yaml`
})
afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true, force: true })
})
beforeEach(() => {
  cache = mkdtempSync(path.join(directory, 'cache-'))
  served = { status: 200, body: bytes, requests: 0 }
})

const pinned = (calico: string, sha256 = sumOf(bytes)): Cluster => {
  const cluster = clusterWith(31, `sources: { manifests: { calico: /x.yaml, sha256: ${sha256} } }`)
  return { ...cluster, sources: { ...cluster.sources, manifests: { calico, sha256 } } }
}
const list = (...manifests: readonly string[]): Cluster => {
  const cluster = clusterWith(31, 'network: { cni: none }')
  return { ...cluster, network: { ...cluster.network, cni: { manifests } } }
}
const kept = (): readonly string[] => readdirSync(cache, { recursive: true, encoding: 'utf8' }).toSorted()
const fetched = (cluster: Cluster): ReturnType<typeof fetchSets> => fetchSets(cluster, { cacheDirectory: cache })

describe('manifests that come over the net', () => {
  test('are fetched once, and kept for the operator alone under their sum', async () => {
    const [first] = await fetched(pinned(address))
    expect(first).toMatchObject({ name: 'calico', source: address, sha256: sumOf(bytes) })
    expect(await fetched(pinned(address))).toEqual([first])
    expect(served.requests).toBe(1)
    expect(kept()).toEqual(['manifests', `manifests/${sumOf(bytes)}`])
    const file = path.join(cache, 'manifests', sumOf(bytes))
    expect(readFileSync(file, 'utf8')).toBe(CALICO)
    expect([statSync(path.dirname(file)).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600])
  })

  test('are refused with another sum before anybody reads them, and not kept', async () => {
    served.body = Buffer.from('a: [')
    await expect(fetched(pinned(address))).rejects.toMatchObject({
      code: 'SOURCE_REJECTED',
      message: `the manifest ${address} has the sha256 ${sumOf(served.body)} (4 bytes), not ${sumOf(bytes)}: it is another file, was cut off, or was changed`,
      hint: expect.stringContaining(`sources.manifests.sha256: ${sumOf(served.body)}`) as unknown,
    })
    expect(kept()).toEqual([])
  })

  test('are fetched anew when what was kept is damaged, and the copy is mended', async () => {
    await fetched(pinned(address))
    const file = path.join(cache, 'manifests', sumOf(bytes))
    writeFileSync(file, CALICO.slice(0, 20))
    await fetched(pinned(address))
    expect([served.requests, readFileSync(file, 'utf8')]).toEqual([2, CALICO])
  })

  test('are used all the same where nothing can be kept', async () => {
    writeFileSync(path.join(cache, 'manifests'), 'a file where a directory should be')
    expect(await fetched(pinned(address))).toHaveLength(1)
  })

  test('that cannot be had are named with the way to look', async () => {
    served.status = 404
    await expect(fetched(pinned(address))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: `the manifest ${address} cannot be had: HTTP status 404`,
      hint: expect.stringContaining(`curl -fI ${address}`) as unknown,
    })
  })

  test('that have no end are cut short', async () => {
    served.body = Buffer.alloc(16 * 1024 * 1024 + 1, 0x0a)
    await expect(fetched(pinned(address))).rejects.toThrow(/cannot be had: it is larger than 16777216 bytes/)
    expect(kept()).toEqual([])
  })
})

describe('manifests that are files', () => {
  const file = (name: string, text: string): string => {
    const at = path.join(directory, name)
    writeFileSync(at, text)
    return at
  }

  test('are held against their sum too, and read each time', async () => {
    const calico = file('calico.yaml', CALICO)
    const [set] = await fetched(pinned(calico))
    expect(set).toMatchObject({
      source: calico,
      objects: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' }],
    })
    expect(textOf(set?.objects ?? [])).toContain('name: CALICO_IPV4POOL_CIDR')
    writeFileSync(calico, `${CALICO}# changed\n`)
    await expect(fetched(pinned(calico))).rejects.toMatchObject({ code: 'SOURCE_REJECTED', exit: 13 })
    expect(kept()).toEqual([])
  })

  test('are regular files of bounded size, that are there', async () => {
    const pipe = path.join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    const large = file('large.yaml', '\n'.repeat(16 * 1024 * 1024 + 1))
    const refused = (source: string, why: RegExp): Promise<void> =>
      expect(fetched(list(source))).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringMatching(why) as unknown,
        hint: expect.stringContaining(`ls -l ${source}`) as unknown,
      })
    await refused(path.join(directory, 'none.yaml'), /ENOENT/)
    await refused(pipe, /it is no regular file/)
    await refused('/dev/zero', /it is no regular file/)
    await refused(directory, /it is no regular file/)
    await refused(large, /it has 16777217 bytes/)
  })
})

describe("the user's own list", () => {
  const NAMESPACE = '# mine\napiVersion: v1\nkind: Namespace\nmetadata: { name: net }\n'
  const AGENT =
    'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: agent, namespace: net }\nspec: { template: { spec: { containers: [{ name: a, image: quay.io/calico/node:v9 }] } } }\n'

  test('is taken as it is, in its order, and never from the cache', async () => {
    served.body = Buffer.from(NAMESPACE)
    const second = path.join(directory, 'agent.yaml')
    writeFileSync(second, AGENT)
    const mirrored = list(address, second)
    const sets = await fetched({
      ...mirrored,
      sources: { ...mirrored.sources, images: { ...mirrored.sources.images, calico: 'mirror.example.org' } },
    })
    expect(sets.map(({ name, objects, sha256 }) => [name, textOf(objects), sha256])).toEqual([
      ['manifest-1', NAMESPACE, sumOf(Buffer.from(NAMESPACE))],
      ['manifest-2', AGENT, sumOf(Buffer.from(AGENT))],
    ])
    served.body = Buffer.from(NAMESPACE.replace('mine', 'changed'))
    expect(textOf((await fetched(list(address)))[0]?.objects ?? [])).toContain('# changed')
    expect([served.requests, kept()]).toEqual([2, []])
  })

  test('is refused when it is no manifest', async () => {
    served.body = Buffer.from('<html>Sign in</html>')
    await expect(fetched(list(address))).rejects.toMatchObject({ code: 'SOURCE_REJECTED' })
  })

  test('is nothing where there is no network of ours', async () => {
    expect(await fetched(clusterWith(31, 'network: { cni: none }'))).toEqual([])
  })
})

describe.skipIf(!isUpstreamHere)("Calico's own files", () => {
  const from = (change: (file: Buffer) => Buffer) => (source: string) => Promise.resolve(change(upstream(source)))

  test('become three sets of the operator', async () => {
    const sets = await fetchSets(clusterWith(36), { cacheDirectory: cache, download: from((file) => file) })
    expect(sets.map(({ name, objects }) => [name, objects.length])).toEqual([
      ['calico-crds', 32],
      ['calico-operator', 7],
      ['calico', 2],
    ])
    const [crds, operator, rendered] = sets
    expect(crds?.objects.map(({ name }) => name)).toContain('installations.operator.tigera.io')
    expect(crds?.objects.map(({ name }) => name)).toContain('tigerastatuses.operator.tigera.io')
    expect(operator?.objects.map(identityOf)).toContain('Deployment.apps tigera-operator/tigera-operator')
    expect(rendered).toMatchObject({ source: 'tripod', sha256: sumOf(Buffer.from(textOf(rendered?.objects ?? []))) })
  })

  test('are refused with one bit changed, and the right one of them is all that is kept', async () => {
    const flipped = (file: Buffer): Buffer => {
      if (file.length > 1_000_000) return file
      const changed = Buffer.from(file)
      changed[100] = (changed[100] ?? 0) ^ 1
      return changed
    }
    await expect(fetchSets(clusterWith(36), { cacheDirectory: cache, download: from(flipped) })).rejects.toMatchObject({
      code: 'SOURCE_REJECTED',
      message: expect.stringMatching(
        /tigera-operator\.yaml has the sha256 .* \(19660 bytes\), not f18e0737\w+ \(19660 bytes\) of Calico v3\.32\.1/,
      ) as unknown,
    })
    expect(kept().filter((name) => name.includes('f18e0737'))).toEqual([])
  })
})
