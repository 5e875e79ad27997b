import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { certSANs } from '../../src/inventory/cert-sans.js'
import { shortNames } from '../../src/inventory/short-names.js'
import { documentOf } from '../../src/document/document-of.js'
import { planOffline } from '../../src/engine/run.js'
import { unfetched } from '../../src/manifests/sets.js'
import { Redactor } from '../../src/secret.js'
import { initConfiguration } from '../../src/steps/kubeadm/kubeadm-config.js'
import { steps } from '../../src/steps/index.js'
import { SAMPLE_IMPRINT } from '../cli/sample-plan.js'
import { CONTEXT, LAB, clusterOf, problemsOf } from './lab.js'
import { parseInventory } from '../../src/inventory/read/parse.js'

const withName = (name: string): string => LAB.replace('name: m2', `name: ${JSON.stringify(name)}`)

test.each([
  ['m2'],
  ['cp1.example.com'],
  ['cp-1.rack-2.dc.example.com'],
  ['a.b'],
  ['1.example.com'],
  ['x1.2y'],
  ['a'.repeat(63)],
  [`${'a'.repeat(59)}.com`],
])('%s is a node name', (name) => {
  expect(problemsOf(withName(name))).toEqual([])
  expect(clusterOf(withName(name)).nodes[1]?.name).toBe(name)
})

test.each([
  ['a label of 64', `${'a'.repeat(64)}.com`],
  // The label kubernetes.io/hostname of the Node has room for 63.
  ['64 in all', `${'a'.repeat(60)}.com`],
  ['an empty label', 'cp1..com'],
  ['a dot at the beginning', '.cp1'],
  ['a dot at the end', 'cp1.'],
  ['a dash beside a dot', 'cp1-.com'],
  ['a dash after a dot', 'cp1.-com'],
  ['capitals', 'CP1.example.com'],
  ['an underscore', 'cp_1.example.com'],
  ['an address', '10.0.0.12'],
  ['a number behind the last dot', 'cp1.example.7'],
  ['nothing', ''],
])('%s is none', (_, name) => {
  expect(problemsOf(withName(name)).filter(({ code }) => code === 'P07')).toHaveLength(1)
})

test('an API server is called by the long and the short name of each master, by the short one where it is of one node alone', () => {
  const named = LAB.replace('m1', 'cp1.example.com').replace('m2', 'cp2.a.com').replace('m3', 'cp2.b.com')
  expect(certSANs(clusterOf(named))).toEqual(
    ['10.0.0.10', '10.0.0.11', 'cp1.example.com', 'cp1', '10.0.0.12', 'cp2.a.com', '10.0.0.13', 'cp2.b.com'].concat([
      '127.0.0.1',
      'localhost',
    ]),
  )
})

test('a short name that is the endpoint stays the endpoint', () => {
  const named = LAB.replace('vip: 10.0.0.10', 'external: api:6443').replace('m1', 'api.example.com')
  expect(shortNames(clusterOf(named)).size).toBe(0)
})

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
const name = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'))
  .filter((text) => !/\.[0-9]+$/.test(text) && new Redactor().redact(text) === text)
const names = fc.uniqueArray(name, { minLength: 3, maxLength: 3 })
/** Of few labels, so that names begin alike often. */
const akin = fc
  .array(fc.constantFrom('cp1', 'cp2', 'a', 'b', '7', 'localhost'), { minLength: 1, maxLength: 3 })
  .map((labels) => labels.join('.'))
  .filter((text) => !/\.[0-9]+$/.test(text))

const inventoryOf = ([one = '', two = '', three = '']: readonly string[]) =>
  JSON.stringify({
    cluster: 'lab',
    endpoint: { vip: '10.0.0.10' },
    nodes: [one, two, three].map((node, index) => ({
      name: node,
      address: `10.0.0.${String(11 + index)}`,
      roles: [index === 2 ? 'worker' : 'control-plane'],
      os: 'debian12',
    })),
  })

test('in /etc/hosts no name leads to two nodes, and each to its own', () => {
  fc.assert(
    fc.property(fc.uniqueArray(akin, { minLength: 3, maxLength: 3 }), (given) => {
      const cluster = clusterOf(inventoryOf(given))
      const shorts = shortNames(cluster)
      const all = given.flatMap((one) => [one, ...(shorts.has(one) ? [shorts.get(one)] : [])])
      expect(new Set(all).size).toBe(all.length)
      for (const [whole, short] of shorts) expect(whole.startsWith(`${short}.`)).toBe(true)
      // Whoever has the short name for itself alone is called by it.
      const alone = given.filter(
        (one) => given.filter((other) => other.split('.')[0] === one.split('.')[0]).length === 1,
      )
      const isUsual = (one: string): boolean => one.includes('.') && !/^(7|localhost)\./.test(one)
      expect([...shorts.keys()].sort()).toEqual(alone.filter(isUsual).sort())
    }),
  )
})

test('a machine may keep its name, one of them or all, and an offline plan says that it does not know it', () => {
  const keptIn = (text: string) => clusterOf(text).nodes.map(({ hostName }) => hostName)
  expect(keptIn(LAB)).toEqual([undefined, undefined, undefined])
  expect(keptIn(`hostName: keep\n${LAB}`)).toEqual(['keep', 'keep', 'keep'])
  expect(keptIn(LAB.replace('name: m2', 'name: m2\n    hostName: keep'))).toEqual([undefined, 'keep', undefined])
  const all = `hostName: keep\n${LAB}`.replace('name: m2', 'name: m2\n    hostName: set')
  expect(keptIn(all)).toEqual(['keep', undefined, 'keep'])
  expect(problemsOf(`hostName: ours\n${LAB}`)).toHaveLength(1)
  const cluster = clusterOf(all)
  const plan = planOffline({
    cluster,
    steps,
    selectors: {},
    os: { id: 'debian', version: '12' },
    manifests: unfetched(cluster),
  })
  const document = documentOf(plan, SAMPLE_IMPRINT, (text) => text)
  expect(document.nodes.map((node) => node.name)).toEqual(['m1', 'm2', 'm3'])
  expect(document.findings.filter(({ id }) => id === 'P06' || id === 'P07')).toEqual([])
  const text = JSON.stringify(document)
  expect(text).toContain('10.0.0.11 NAME-OF-m1\\n')
  expect(text).toContain('name: NAME-OF-m1')
  expect(text).toContain('10.0.0.12 m2\\n')
})

test('any names go through inventory, plan and configuration unchanged', () => {
  fc.assert(
    fc.property(names, (given) => {
      const result = parseInventory(inventoryOf(given), 'inventory.yaml', CONTEXT)
      if (!result.ok) throw new Error(JSON.stringify(result.problems))
      const { cluster } = result
      const plan = planOffline({ cluster, steps, selectors: {}, manifests: unfetched(cluster) })
      const document = documentOf(plan, SAMPLE_IMPRINT, (text) => new Redactor().redact(text))
      expect(document.nodes.map((node) => node.name)).toEqual(given)
      expect([...new Set(document.ops.map(({ node }) => node))].sort()).toEqual([...given].sort())
      const [first] = cluster.nodes
      if (first === undefined) throw new Error('no node')
      const texts = initConfiguration(cluster, first, { token: 't', description: 'd' })
      const [init, own] = parseAllDocuments(texts).map((one) => one.toJS() as Record<string, unknown>)
      expect(init).toMatchObject({ nodeRegistration: { name: given[0] } })
      expect(own).toMatchObject({ apiServer: { certSANs: expect.arrayContaining(given.slice(0, 2)) as unknown } })
      expect(parse(JSON.stringify(document))).toEqual(JSON.parse(JSON.stringify(document)))
    }),
    { numRuns: 60 },
  )
})
