import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cluster, Json } from '../../src/inventory/cluster.js'
import { newestPatch } from '../../src/inventory/versions.js'
import {
  imagesConfiguration,
  initConfiguration,
  joinConfiguration,
  tokenConfiguration,
} from '../../src/steps/kubeadm/kubeadm-config.js'
import { hostileText } from '../inventory/hostile.js'
import { clusterOf } from '../inventory/lab.js'
import { hostile } from '../templates/hostile.js'
import { cluster, node } from './context.js'
import { documentOf, documentsOf, type KubeadmDocument, schemaErrors } from './kubeadm-schema.js'
import { runs } from '../runs.js'

const MINORS = [22, 28, 30, 31, 34, 36, 37] as const
const LAYOUTS = ['L1', 'L2', 'L3', 'external'] as const
const USE = {
  token: 'minted.atapply000000000',
  description: 'tripod run 2026-11-20-1',
  caHash: `sha256:${'0'.repeat(64)}`,
}

/** What an inventory may hand on: any text on one line. */
const oneLine = hostileText('110').map((text) => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ''))
const taint = fc.record({
  key: fc.constantFrom('dedicated', 'node-role.kubernetes.io/control-plane'),
  value: fc.constantFrom('', 'database', '1'),
  effect: fc.constantFrom('NoSchedule', 'NoExecute'),
})
const taints = fc.uniqueArray(taint, { maxLength: 2, selector: ({ key, effect }) => key + effect })
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

// Fields that 1.22 and the recent versions have, with a map, a list and a text in which anything may stand.
const kubelet = fc.record(
  {
    maxPods: fc.integer({ min: 1, max: 500 }),
    cgroupDriver: fc.constantFrom('systemd', 'cgroupfs'),
    evictionHard: fc.dictionary(fc.constantFrom('memory.available', 'nodefs.available'), oneLine),
    clusterDNS: fc.array(oneLine, { maxLength: 2 }),
    staticPodPath: oneLine,
    featureGates: fc.dictionary(fc.constantFrom('Alpha', 'Beta'), fc.boolean()),
    authentication: fc.record({ anonymous: fc.record({ enabled: fc.boolean() }) }),
  },
  { requiredKeys: [] },
)
const kubeProxy = fc.record(
  {
    mode: fc.constantFrom('iptables', 'ipvs', 'nftables'),
    conntrack: fc.record({ maxPerCore: fc.integer({ min: 0, max: 9 }) }),
    ipvs: fc.record({ strictARP: fc.boolean(), excludeCIDRs: fc.array(oneLine, { maxLength: 2 }) }),
  },
  { requiredKeys: [] },
)

interface Switches {
  readonly minor: (typeof MINORS)[number]
  readonly layout: (typeof LAYOUTS)[number]
  readonly ipv6: boolean
  readonly masters: number
  readonly workers: number
  readonly untainted: boolean
  readonly [other: string]: unknown
}

/** Every switch of the inventory that kubeadm's files depend on. */
const inventory: fc.Arbitrary<Cluster> = fc
  .record({
    minor: fc.constantFrom(...MINORS),
    layout: fc.constantFrom(...LAYOUTS),
    ipv6: fc.boolean(),
    masters: fc.constantFrom(1, 3),
    workers: fc.integer({ min: 0, max: 2 }),
    untainted: fc.boolean(),
    taints,
    registry: optional(fc.constantFrom('registry.example.org:5000/k8s', 'k8s.gcr.io', 'registry.k8s.io')),
    accept: fc.constantFrom([], ['P11']),
    kubelet: optional(kubelet),
    kubeProxy: optional(kubeProxy),
    extraArgs: fc.dictionary(fc.constantFrom('v', 'audit-log-maxage', 'feature-gates', '0'), oneLine),
    certSANs: fc.subarray(['api.example.org', '*.example.org', '10.0.0.10', '192.0.2.7', 'localhost', 'fd00::99']),
  })
  // Calico goes along with nftables from 1.31 on.
  .filter(({ minor, kubeProxy }) => minor >= 31 || (kubeProxy as { mode?: string } | undefined)?.mode !== 'nftables')
  .map((switches) => clusterOf(JSON.stringify(inventoryOf(switches))))

function inventoryOf(switches: Switches): unknown {
  const { minor, layout, ipv6, registry } = switches
  const external = ipv6 ? '[fd00::10]:7443' : 'lb.example.org:7443'
  const vip = ipv6 ? 'fd00::10' : '10.0.0.10'
  const ports = layout === 'L2' ? { port: 8443, apiPort: 6443 } : {}
  return {
    cluster: 'lab',
    kubernetes: { version: newestPatch(minor) },
    endpoint: layout === 'external' ? { external } : { vip, ...ports },
    nodes: nodesOf(switches),
    network: ipv6 ? { podSubnet: 'fd00:10:244::/56', serviceSubnet: 'fd00:10:96::/112' } : {},
    sources: {
      ...(minor < 24 ? { kubernetes: { url: 'https://mirror.example.org/kubernetes' } } : {}),
      ...(registry === undefined ? {} : { images: { kubernetes: registry } }),
    },
    accept: switches['accept'],
    kubelet: switches['kubelet'],
    kubeProxy: switches['kubeProxy'],
    apiServer: { extraArgs: switches['extraArgs'], certSANs: switches['certSANs'] },
  }
}

function nodesOf({ layout, ipv6, masters, workers, untainted, taints }: Switches): readonly unknown[] {
  const roles = [
    ...Array<string[]>(masters).fill(untainted ? ['control-plane', 'worker'] : ['control-plane']),
    ...Array<string[]>(workers).fill(['worker']),
    ...Array<string[]>(layout === 'L1' ? 2 : 0).fill(['load-balancer']),
  ]
  return roles.map((roles, index) => ({
    name: `n${String(index + 1)}`,
    address: `${ipv6 ? 'fd00::' : '10.0.0.'}${String(index + 21)}`,
    roles,
    ...(roles.includes('load-balancer') ? {} : { taints }),
  }))
}

/** Every file for kubeadm that this cluster needs. */
function allOf(cluster: Cluster): readonly string[] {
  const members = cluster.nodes.filter(({ roles }) => !roles.includes('load-balancer'))
  const masters = members.filter(({ roles }) => roles.includes('control-plane'))
  return [
    ...masters.map((master) => initConfiguration(cluster, master, USE)),
    ...members.map((member) => joinConfiguration(cluster, member, USE)),
    tokenConfiguration(cluster, USE),
    imagesConfiguration(cluster),
  ]
}

describe('files for kubeadm', () => {
  it('satisfy the strict schemas of their version, whatever the inventory says', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(inventory, (cluster) => {
        seen.add(`${String(cluster.kubernetes.minor)} ${cluster.endpoint.layout}`)
        const documents = allOf(cluster).flatMap((text) => documentsOf(text))
        expect(documents.flatMap((document) => schemaErrors(document, cluster.kubernetes.minor))).toEqual([])
      }),
      // Fewer do not meet every minor with every layout.
      { numRuns: 500 },
    )
    expect(seen.size).toBe(MINORS.length * LAYOUTS.length)
  })

  it('mean the same to parsers of YAML 1.1, as kubeadm has one', () => {
    fc.assert(
      fc.property(inventory, (cluster) => {
        for (const text of allOf(cluster)) expect(documentsOf(text, '1.1')).toEqual(documentsOf(text))
      }),
      { numRuns: runs(300) },
    )
  })

  it('hand settings on unchanged, texts that mean something to YAML included', () => {
    fc.assert(
      fc.property(inventory, (cluster) => {
        const text = initConfiguration(cluster, node, USE)
        expect(documentOf(text, 'KubeletConfiguration')).toMatchObject(cluster.kubelet)
        expect(documentOf(text, 'KubeProxyConfiguration')).toMatchObject(cluster.kubeProxy)
        const { extraArgs = {} } = documentOf(text, 'ClusterConfiguration')['apiServer'] as { extraArgs?: Args }
        expect(mapOf(extraArgs)).toEqual(cluster.apiServer.extraArgs)
      }),
      { numRuns: runs(500) },
    )
  })

  it('hold settings of any shape, even of fields that nobody knows', () => {
    const key = fc.oneof(hostile, fc.constantFrom('1', '1_000', 'on', '<<', '2026-11-20', '10:20', '0x_1'))
    const { settings } = fc.letrec<{ settings: Record<string, Json>; value: Json }>((tie) => ({
      settings: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(
          key,
          fc.boolean(),
          fc.constant(null),
          fc.integer(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('settings'),
      ),
    }))
    fc.assert(
      fc.property(settings, (kubelet) => {
        const text = initConfiguration({ ...cluster, kubelet }, node, USE)
        // There is but one zero in JSON.
        const wanted = JSON.parse(JSON.stringify({ cgroupDriver: 'systemd', ...kubelet })) as object
        const header = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' }
        expect(documentOf(text, 'KubeletConfiguration')).toEqual({ ...header, ...wanted })
        expect(documentsOf(text, '1.1')).toEqual(documentsOf(text))
        // To YAML 1.1 line breaks, or no characters at all; and escapes that Go's parser refuses.
        expect(text).not.toMatch(/[^\n\x20-\x7e\u00a0-\u{10ffff}]|[\u2028\u2029\ufeff\ufffe\uffff]|\\ud[89a-f]/iu)
      }),
      { numRuns: runs(2000) },
    )
  })
})

type Args = Readonly<Record<string, string>> | readonly { readonly name: string; readonly value: string }[]

function mapOf(args: Args): unknown {
  return Array.isArray(args) ? Object.fromEntries(args.map(({ name, value }) => [name, value])) : args
}

describe('the schemas', () => {
  const settings = { ...cluster, apiServer: { extraArgs: { v: '4' }, certSANs: [] } }
  const [init, ofCluster] = documentsOf(initConfiguration(settings, node, USE)) as [KubeadmDocument, KubeadmDocument]

  it('refuse the form of another version, unknown fields, and numbers where text is meant', () => {
    expect(schemaErrors(init, 28)).toEqual([])
    expect(schemaErrors(init, 31).join('\n')).toContain('kubeletExtraArgs must be array')
    expect(schemaErrors({ ...init, surplus: 1 }, 28)).toEqual(['InitConfiguration must NOT have additional properties'])
    const numbers = { ...ofCluster, apiServer: { extraArgs: { v: 4 } } }
    expect(schemaErrors(numbers, 28)).toEqual(['ClusterConfiguration/apiServer/extraArgs/v must be string'])
  })
})
