import { identityOf } from '../../src/resources/object-identity.js'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Cluster } from '../../src/inventory/cluster.js'
import { customised, installation } from '../../src/manifests/calico.js'
import { type KubernetesObject, readObjects, textOf } from '../../src/manifests/objects.js'
import { CALICO_RELEASES } from '../../src/manifests/pins.js'
import type { SetPlan } from '../../src/manifests/sets.js'
import { clusterWith } from './cluster.js'
import { differences, isUpstreamHere, upstream, upstreamObjects } from './upstream.js'

const FILES = CALICO_RELEASES.flatMap(({ manifest, operator }) => [
  manifest,
  ...(operator === undefined ? [] : [operator.operator]),
  ...(operator?.crds === undefined ? [] : [operator.crds]),
])
const manifestOf = (version: string): string =>
  CALICO_RELEASES.find((release) => release.version === version)?.manifest.address ?? ''
const operatorFile = CALICO_RELEASES.find(({ operator }) => operator !== undefined)?.operator
const plan = (content: SetPlan['content'], source: string): SetPlan => ({
  name: 'calico',
  content,
  source,
})

/** Every path at which an object differs from upstream's, or is not in both. */
function changes(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly string[] {
  expect(after.map(identityOf)).toEqual(before.map(identityOf))
  // What is applied is the text: it, and not the object that it was made from, is compared.
  const applied = readObjects(Buffer.from(textOf(after)), 'text')
  return before.flatMap((object, index) =>
    differences(object.raw, applied[index]?.raw).map((path) => `${object.kind} ${object.name}: ${path}`),
  )
}

const NODE = 'DaemonSet calico-node: spec.template.spec'
const ENV = `${NODE}.containers[calico-node].env`
/** No line of the inventory: all its addresses would have to be IPv6. */
const IPV6 = 'ipv6'

function cluster(minor: number, lines = ''): Cluster {
  if (lines !== IPV6) return clusterWith(minor, lines)
  const four = clusterWith(minor)
  return { ...four, network: { ...four.network, podSubnet: 'fd00:10:244::/56' } }
}

describe.skipIf(!isUpstreamHere)("upstream's files", () => {
  test.each(FILES)('are the pinned ones: $address', ({ address, sha256, bytes }) => {
    const file = upstream(address)
    expect(file.length).toBe(bytes)
    expect(createHash('sha256').update(file).digest('hex')).toBe(sha256)
  })

  test.each(FILES)('are read object by object, and come back as they stand there: $address', ({ address }) => {
    const objects = upstreamObjects(address)
    // The same by a parser that is told nothing: one document after the other.
    const documents = parseAllDocuments(upstream(address).toString())
    const named = (documents as { toJS(): { kind?: string; metadata?: { name?: string } } | null }[])
      .map((document) => document.toJS())
      .filter((one) => one !== null)
    expect(objects.map(({ kind, name }) => [kind, name])).toEqual(named.map((one) => [one.kind, one.metadata?.name]))
    expect(objects.map(({ raw }) => raw)).toEqual(named)
    const lines = (text: string): string => text.replaceAll(/^---.*\n|^\s*\n|^#.*\n/gm, '')
    expect(lines(textOf(objects))).toBe(lines(upstream(address).toString()))
  })
})

describe.skipIf(!isUpstreamHere)('calico.yaml for a cluster', () => {
  const made = (
    version: string,
    lines: string,
  ): readonly [readonly KubernetesObject[], readonly KubernetesObject[]] => {
    const before = upstreamObjects(manifestOf(version))
    return [before, customised(plan('manifest', 'calico.yaml'), before, cluster(28, lines))]
  }
  const envOf = (objects: readonly KubernetesObject[]): ReadonlyMap<string, unknown> => {
    const found = objects.find(({ kind }) => kind === 'DaemonSet')?.raw as unknown as {
      spec: { template: { spec: { containers: { env: { name: string; value?: string }[] }[] } } }
    }
    return new Map(found.spec.template.spec.containers[0]?.env.map(({ name, value }) => [name, value]))
  }

  test.each(['v3.27.5', 'v3.29.7', 'v3.30.7', 'v3.32.1'])(
    'differs from that of %s in the pool and the address of the node alone',
    (version) => {
      const [before, after] = made(version, 'network: { podSubnet: 10.20.0.0/16 }')
      expect(changes(before, after)).toEqual([
        `${ENV}[CALICO_IPV4POOL_IPIP].value`,
        `${ENV}[CALICO_IPV4POOL_VXLAN].value`,
        `${ENV}[CALICO_IPV4POOL_CIDR]`,
        `${ENV}[IP_AUTODETECTION_METHOD]`,
      ])
      expect(Object.fromEntries(envOf(after))).toMatchObject({
        CALICO_IPV4POOL_CIDR: '10.20.0.0/16',
        CALICO_IPV4POOL_IPIP: 'Never',
        CALICO_IPV4POOL_VXLAN: 'CrossSubnet',
        IP_AUTODETECTION_METHOD: 'kubernetes-internal-ip',
      })
    },
  )

  test.each([
    ['v3.27.5', 'mount-bpffs'],
    ['v3.32.1', 'ebpf-bootstrap'],
  ])('of %s takes every image from the registry of the inventory', (version, third) => {
    const [before, after] = made(version, 'sources: { images: { calico: "mirror.example.org:5000/quay" } }')
    expect(changes(before, after).filter((path) => !path.startsWith(ENV))).toEqual([
      `${NODE}.initContainers[upgrade-ipam].image`,
      `${NODE}.initContainers[install-cni].image`,
      `${NODE}.initContainers[${third}].image`,
      `${NODE}.containers[calico-node].image`,
      'Deployment calico-kube-controllers: spec.template.spec.containers[calico-kube-controllers].image',
    ])
    const images = [...textOf(after).matchAll(/^\s+image: (.*)$/gm)].map(([, image]) => image)
    expect([...new Set(images)].toSorted()).toEqual(
      ['cni', 'kube-controllers', 'node'].map((name) => `mirror.example.org:5000/quay/calico/${name}:${version}`),
    )
  })

  test.each(['v3.27.5', 'v3.32.1'])('of %s gives pods IPv6 addresses where the pod subnet is IPv6', (version) => {
    const [before, after] = made(version, IPV6)
    expect(changes(before, after)).toEqual([
      'ConfigMap calico-config: data.cni_network_config',
      `${ENV}[IP].value`,
      `${ENV}[CALICO_IPV4POOL_IPIP].value`,
      `${ENV}[CALICO_IPV6POOL_VXLAN].value`,
      `${ENV}[FELIX_IPV6SUPPORT].value`,
      `${ENV}[IP6]`,
      `${ENV}[IP6_AUTODETECTION_METHOD]`,
      `${ENV}[CALICO_IPV6POOL_CIDR]`,
      `${ENV}[CALICO_IPV6POOL_NAT_OUTGOING]`,
      `${ENV}[CALICO_ROUTER_ID]`,
    ])
    const config = (after.find(({ name }) => name === 'calico-config')?.raw as { data?: Record<string, string> }).data
    // Once calico's installer has filled in the placeholder that is no JSON.
    const network = JSON.parse((config?.['cni_network_config'] ?? '').replace('__CNI_MTU__', '0')) as {
      plugins: { ipam?: unknown }[]
    }
    expect(network.plugins[0]?.ipam).toEqual({ type: 'calico-ipam', assign_ipv4: 'false', assign_ipv6: 'true' })
  })

  test("writes nftables where kube-proxy does, in a release that knows Felix's setting", () => {
    const before = upstreamObjects(manifestOf('v3.32.1'))
    const after = customised(plan('manifest', 'calico.yaml'), before, cluster(36, 'kubeProxy: { mode: nftables }'))
    expect(envOf(after).get('FELIX_NFTABLESMODE')).toBe('Enabled')
    expect(envOf(made('v3.32.1', '')[1]).has('FELIX_NFTABLESMODE')).toBe(false)
    expect(upstream(manifestOf('v3.32.1')).toString()).toContain('nftablesMode')
  })

  test('is the same text each time, with the workloads of upstream', () => {
    const [first, second] = [made('v3.27.5', ''), made('v3.27.5', '')]
    expect(textOf(first[1])).toBe(textOf(second[1]))
    const names = first[1].map(identityOf)
    expect(names).toEqual(first[0].map(identityOf))
    expect(names).toContain('CustomResourceDefinition.apiextensions.k8s.io ippools.crd.projectcalico.org')
    expect(names.filter((name) => /^(DaemonSet|Deployment|StatefulSet)/.test(name))).toEqual([
      'DaemonSet.apps kube-system/calico-node',
      'Deployment.apps kube-system/calico-kube-controllers',
    ])
  })

  test('is refused when it is another file: there is no place for the pool', () => {
    const operator = upstreamObjects(operatorFile?.operator.address ?? '')
    for (const lines of ['', IPV6])
      expect(() => customised(plan('manifest', '/srv/tigera-operator.yaml'), operator, cluster(28, lines))).toThrow(
        expect.objectContaining({
          code: 'SOURCE_REJECTED',
          message: expect.stringMatching(
            /^the manifest \/srv\/tigera-operator\.yaml holds no DaemonSet calico-node/,
          ) as unknown,
        }),
      )
  })
})

describe.skipIf(!isUpstreamHere)('the operator for a cluster', () => {
  const before = isUpstreamHere ? upstreamObjects(operatorFile?.operator.address ?? '') : []

  test('is as upstream ships it, but for the registry of its image', () => {
    const made = (lines: string): readonly KubernetesObject[] =>
      customised(plan('operator', 'tigera-operator.yaml'), before, cluster(36, lines))
    expect(changes(before, made(''))).toEqual([])
    const mirrored = made('sources: { images: { calico: mirror.example.org/quay } }')
    expect(changes(before, mirrored)).toEqual([
      'Deployment tigera-operator: spec.template.spec.containers[tigera-operator].image',
    ])
    expect(textOf(mirrored)).toMatch(/image: mirror\.example\.org\/quay\/tigera\/operator:v1\.42\.3\n/)
  })

  test("is asked for what upstream's example asks for, with this cluster's subnet and node addresses that are never the VIP", () => {
    const [network, api] = upstreamObjects(
      (operatorFile?.operator.address ?? '').replace('tigera-operator', 'custom-resources'),
    )
    const [ours, oursApi, ...more] = installation(clusterWith(36, 'network: { podSubnet: 10.20.0.0/16 }'))
    expect(more).toEqual([])
    expect(differences(network?.raw, ours?.raw)).toEqual([
      'spec.calicoNetwork.ipPools[default-ipv4-ippool].cidr',
      'spec.calicoNetwork.nodeAddressAutodetectionV4',
    ])
    expect(oursApi?.raw).toEqual(api?.raw)
  })

  test("follows kube-proxy's nftables, as a release that does it asks for", () => {
    const nftables = 'kubeProxy: { mode: nftables }'
    const network = (lines: string): unknown => installation(cluster(36, lines))[0]?.raw['spec']
    expect(network(nftables)).toMatchObject({ calicoNetwork: { linuxDataplane: 'Nftables' } })
    expect(network('')).not.toHaveProperty('calicoNetwork.linuxDataplane')
  })

  test.each(
    CALICO_RELEASES.flatMap(({ version, operator }) =>
      operator === undefined ? [] : [[version, (operator.crds ?? operator.operator).address] as const],
    ),
  )('of %s is asked for nothing that its own types do not know', (_, address) => {
    const crd = upstreamObjects(address).find(({ name }) => name === 'installations.operator.tigera.io')
    const { versions } = crd?.raw['spec'] as unknown as { versions: { schema: { openAPIV3Schema: Schema } }[] }
    const schema = versions[0]?.schema.openAPIV3Schema
    for (const lines of [
      '',
      IPV6,
      'kubeProxy: { mode: nftables }',
      'sources: { images: { calico: mirror.example.org/quay } }',
    ])
      expect(unknownFields(installation(cluster(36, lines))[0]?.raw, schema)).toEqual([])
    expect(unknownFields({ spec: { calicoNetwork: { ipPools: [{ encapsulation: 'Other', x: 1 }] } } }, schema)).toEqual(
      ['.spec.calicoNetwork.ipPools[].encapsulation', '.spec.calicoNetwork.ipPools[].x'],
    )
  })
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly unknown[]
}

/** Paths that a CRD's schema has no field for, or other values. */
function unknownFields(value: unknown, schema: Schema | undefined, at = ''): readonly string[] {
  if (schema === undefined || (schema.enum !== undefined && !schema.enum.includes(value))) return [at]
  if (Array.isArray(value)) return value.flatMap((item) => unknownFields(item, schema.items, `${at}[]`))
  if (typeof value !== 'object' || value === null || at === '.metadata') return []
  return Object.entries(value).flatMap(([key, field]) => unknownFields(field, schema.properties?.[key], `${at}.${key}`))
}

describe('what the operator is asked for', () => {
  test('is shown whole', () => {
    const lines = 'network: { podSubnet: 10.20.0.0/16 }\nsources: { images: { calico: mirror.example.org/quay } }'
    expect(textOf(installation(cluster(36, lines)))).toMatchInlineSnapshot(`
      "apiVersion: operator.tigera.io/v1
      kind: Installation
      metadata:
        name: default
      spec:
        registry: mirror.example.org/quay/
        calicoNetwork:
          ipPools:
            - name: default-ipv4-ippool
              blockSize: 26
              cidr: 10.20.0.0/16
              encapsulation: VXLANCrossSubnet
              natOutgoing: Enabled
              nodeSelector: all()
          nodeAddressAutodetectionV4:
            kubernetes: NodeInternalIP
      ---
      apiVersion: operator.tigera.io/v1
      kind: APIServer
      metadata:
        name: default
      spec: {}
      "
    `)
  })

  test('is IPv6 where the pod subnet is', () => {
    const [network] = installation(cluster(36, IPV6))
    expect(network?.raw['spec']).toEqual({
      calicoNetwork: {
        ipPools: [
          {
            name: 'default-ipv6-ippool',
            blockSize: 122,
            cidr: 'fd00:10:244::/56',
            encapsulation: 'VXLANCrossSubnet',
            natOutgoing: 'Enabled',
            nodeSelector: 'all()',
          },
        ],
        nodeAddressAutodetectionV6: { kubernetes: 'NodeInternalIP' },
      },
    })
  })
})
