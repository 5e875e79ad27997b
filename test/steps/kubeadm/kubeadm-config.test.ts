import { describe, expect, it } from 'vitest'
import { TripodError } from '../../../src/errors.js'
import type { Cluster, Node } from '../../../src/inventory/cluster.js'
import {
  imagesConfiguration,
  initConfiguration,
  joinConfiguration,
  tokenConfiguration,
} from '../../../src/steps/kubeadm/kubeadm-config.js'
import { taintsOf } from '../../../src/steps/kubeadm/kubeadm-taints.js'
import { cluster as base, node as m1 } from '../context.js'
import { documentOf, documentsOf } from '../kubeadm-schema.js'

const USE = { token: 'minted.atapply000000000', description: 'tripod run 7' }
const JOIN = { ...USE, caHash: `sha256:${'ab'.repeat(32)}` }

const m2: Node = { ...m1, name: 'm2', address: '10.0.0.12' }
const w1: Node = { ...m1, name: 'w1', address: '10.0.0.21', roles: ['worker'] }

function of(minor: number, differs: Partial<Cluster> = {}): Cluster {
  return { ...base, nodes: [m1, m2, w1], kubernetes: { version: `1.${String(minor)}.0`, minor }, ...differs }
}

const clusterDocument = (cluster: Cluster): ReturnType<typeof documentOf> =>
  documentOf(imagesConfiguration(cluster), 'ClusterConfiguration')

describe('the file for kubeadm init', () => {
  it('reads well in a plan, in the later format', () => {
    const cluster = of(36, {
      apiServer: { extraArgs: { v: '4', 'feature-gates': 'A=true' }, certSANs: ['api.example.org', 'm1'] },
      kubelet: { maxPods: 200, evictionHard: { 'memory.available': '5%' }, clusterDNS: ['10.96.0.10'] },
      kubeProxy: { conntrack: { maxPerCore: 0 }, nodePortAddresses: [], clusterCIDR: null },
    })
    expect(initConfiguration(cluster, m1, USE)).toMatchInlineSnapshot(`
      "apiVersion: kubeadm.k8s.io/v1beta4
      kind: InitConfiguration
      bootstrapTokens:
        - token: minted.atapply000000000
          description: "tripod run 7"
          ttl: 1h0m0s
          usages:
            - signing
            - authentication
          groups:
            - system:bootstrappers:kubeadm:default-node-token
      localAPIEndpoint:
        advertiseAddress: 10.0.0.11
        bindPort: 6444
      nodeRegistration:
        name: m1
        criSocket: unix:///run/containerd/containerd.sock
        kubeletExtraArgs:
          - name: node-ip
            value: 10.0.0.11
      timeouts:
        controlPlaneComponentHealthCheck: 6m0s
        kubeletHealthCheck: 4m0s
      ---
      apiVersion: kubeadm.k8s.io/v1beta4
      kind: ClusterConfiguration
      clusterName: lab
      kubernetesVersion: v1.36.0
      controlPlaneEndpoint: 10.0.0.10:6443
      imageRepository: registry.k8s.io
      networking:
        podSubnet: 10.244.0.0/16
        serviceSubnet: 10.96.0.0/12
        dnsDomain: cluster.local
      apiServer:
        certSANs:
          - 10.0.0.10
          - 10.0.0.11
          - m1
          - 10.0.0.12
          - m2
          - 127.0.0.1
          - localhost
          - api.example.org
        extraArgs:
          - name: v
            value: "4"
          - name: feature-gates
            value: "A=true"
      ---
      apiVersion: kubelet.config.k8s.io/v1beta1
      kind: KubeletConfiguration
      cgroupDriver: systemd
      maxPods: 200
      evictionHard:
        memory.available: "5%"
      clusterDNS:
        - 10.96.0.10
      ---
      apiVersion: kubeproxy.config.k8s.io/v1alpha1
      kind: KubeProxyConfiguration
      mode: iptables
      conntrack:
        maxPerCore: 0
      nodePortAddresses: []
      clusterCIDR: null
      "
    `)
  })

  it('is the same in the earlier format but for arguments and waits', () => {
    const cluster = of(30, { apiServer: { extraArgs: { v: '4' }, certSANs: [] } })
    expect(initConfiguration(cluster, m1, USE)).toMatchInlineSnapshot(`
      "apiVersion: kubeadm.k8s.io/v1beta3
      kind: InitConfiguration
      bootstrapTokens:
        - token: minted.atapply000000000
          description: "tripod run 7"
          ttl: 1h0m0s
          usages:
            - signing
            - authentication
          groups:
            - system:bootstrappers:kubeadm:default-node-token
      localAPIEndpoint:
        advertiseAddress: 10.0.0.11
        bindPort: 6444
      nodeRegistration:
        name: m1
        criSocket: unix:///run/containerd/containerd.sock
        kubeletExtraArgs:
          node-ip: 10.0.0.11
      ---
      apiVersion: kubeadm.k8s.io/v1beta3
      kind: ClusterConfiguration
      clusterName: lab
      kubernetesVersion: v1.30.0
      controlPlaneEndpoint: 10.0.0.10:6443
      imageRepository: registry.k8s.io
      networking:
        podSubnet: 10.244.0.0/16
        serviceSubnet: 10.96.0.0/12
        dnsDomain: cluster.local
      apiServer:
        timeoutForControlPlane: 6m0s
        certSANs:
          - 10.0.0.10
          - 10.0.0.11
          - m1
          - 10.0.0.12
          - m2
          - 127.0.0.1
          - localhost
        extraArgs:
          v: "4"
      ---
      apiVersion: kubelet.config.k8s.io/v1beta1
      kind: KubeletConfiguration
      cgroupDriver: systemd
      ---
      apiVersion: kubeproxy.config.k8s.io/v1alpha1
      kind: KubeProxyConfiguration
      mode: iptables
      "
    `)
  })

  it('has four documents, each kind once', () => {
    expect(documentsOf(initConfiguration(of(36), m1, USE)).map(({ kind }) => kind)).toEqual([
      'InitConfiguration',
      'ClusterConfiguration',
      'KubeletConfiguration',
      'KubeProxyConfiguration',
    ])
  })

  it('keeps a token of digits a text, and a placeholder in a place where any token is one', () => {
    const tokenOf = (text: string): unknown => documentOf(text, 'InitConfiguration')['bootstrapTokens']
    const digits = '123456.1234567890123456'
    expect(tokenOf(initConfiguration(of(36), m1, { ...USE, token: digits }))).toMatchObject([{ token: digits }])
    const filled = initConfiguration(of(36), m1, { ...USE, token: '{{token}}' }).replaceAll('{{token}}', digits)
    expect(tokenOf(filled)).toMatchObject([{ token: digits }])
  })
})

describe('the file for kubeadm join', () => {
  it('gives a master the address and port of its own API server', () => {
    expect(joinConfiguration(of(36), m2, JOIN)).toMatchInlineSnapshot(`
      "apiVersion: kubeadm.k8s.io/v1beta4
      kind: JoinConfiguration
      discovery:
        bootstrapToken:
          token: minted.atapply000000000
          apiServerEndpoint: 10.0.0.10:6443
          caCertHashes:
            - sha256:abababababababababababababababababababababababababababababababab
      nodeRegistration:
        name: m2
        criSocket: unix:///run/containerd/containerd.sock
        kubeletExtraArgs:
          - name: node-ip
            value: 10.0.0.12
      controlPlane:
        localAPIEndpoint:
          advertiseAddress: 10.0.0.12
          bindPort: 6444
      timeouts:
        controlPlaneComponentHealthCheck: 6m0s
        kubeletHealthCheck: 4m0s
      "
    `)
  })

  it('makes no control plane of a worker', () => {
    expect(joinConfiguration(of(28), w1, JOIN)).toMatchInlineSnapshot(`
      "apiVersion: kubeadm.k8s.io/v1beta3
      kind: JoinConfiguration
      discovery:
        bootstrapToken:
          token: minted.atapply000000000
          apiServerEndpoint: 10.0.0.10:6443
          caCertHashes:
            - sha256:abababababababababababababababababababababababababababababababab
      nodeRegistration:
        name: w1
        criSocket: unix:///run/containerd/containerd.sock
        kubeletExtraArgs:
          node-ip: 10.0.0.21
      "
    `)
  })

  it.each([36, 28])('repeats for 1.%i what init says of a node: address, taints, checks', (minor) => {
    const node: Node = { ...m2, roles: ['control-plane', 'worker'] }
    const init = documentOf(initConfiguration(of(minor), node, USE), 'InitConfiguration')
    const join = documentOf(joinConfiguration(of(minor), node, JOIN), 'JoinConfiguration')
    expect(join['nodeRegistration']).toEqual(init['nodeRegistration'])
    expect(join['controlPlane']).toEqual({ localAPIEndpoint: init['localAPIEndpoint'] })
    expect(join['timeouts']).toEqual(init['timeouts'])
  })
})

describe('the file for a token', () => {
  it('says the version too, for which kubeadm would else ask the internet', () => {
    expect(tokenConfiguration(of(36), USE)).toMatchInlineSnapshot(`
      "apiVersion: kubeadm.k8s.io/v1beta4
      kind: InitConfiguration
      bootstrapTokens:
        - token: minted.atapply000000000
          description: "tripod run 7"
          ttl: 1h0m0s
          usages:
            - signing
            - authentication
          groups:
            - system:bootstrappers:kubeadm:default-node-token
      nodeRegistration:
        criSocket: unix:///run/containerd/containerd.sock
      ---
      # Without a version kubeadm would ask the internet for one.
      apiVersion: kubeadm.k8s.io/v1beta4
      kind: ClusterConfiguration
      kubernetesVersion: v1.36.0
      "
    `)
  })

  it('describes the token as init does', () => {
    const tokens = (text: string): unknown => documentOf(text, 'InitConfiguration')['bootstrapTokens']
    expect(tokens(tokenConfiguration(of(28), USE))).toEqual(tokens(initConfiguration(of(28), m1, USE)))
  })
})

describe('the format', () => {
  it.each([
    [22, 'v1beta3'],
    [30, 'v1beta3'],
    [31, 'v1beta4'],
    [37, 'v1beta4'],
  ])('for 1.%i is %s in every file', (minor, version) => {
    const cluster = of(minor)
    const texts = [
      initConfiguration(cluster, m1, USE),
      joinConfiguration(cluster, w1, JOIN),
      tokenConfiguration(cluster, USE),
      imagesConfiguration(cluster),
    ]
    const versions = texts.flatMap((text) => documentsOf(text)).map(({ apiVersion }) => apiVersion)
    const own = versions.filter((one) => one.startsWith('kubeadm.k8s.io/'))
    expect(own).toHaveLength(6)
    expect(new Set(own)).toEqual(new Set([`kubeadm.k8s.io/${version}`]))
  })
})

describe('the cluster', () => {
  it.each([
    ['10.0.0.10', 6443, '10.0.0.10:6443'],
    ['lb.example.org', 7443, 'lb.example.org:7443'],
    ['fd00::10', 6443, '[fd00::10]:6443'],
  ])('is reached at %s port %i as %s, at init and join alike', (host, port, expected) => {
    const cluster = of(36, { endpoint: { layout: 'external', host, port, apiPort: 6443 } })
    expect(clusterDocument(cluster)['controlPlaneEndpoint']).toBe(expected)
    const join = documentOf(joinConfiguration(cluster, w1, JOIN), 'JoinConfiguration')
    expect(join['discovery']).toMatchObject({ bootstrapToken: { apiServerEndpoint: expected } })
  })

  it('has the endpoint, each master and the loopback in its certificate, and none of them twice', () => {
    const certSANs = ['10.0.0.12', '*.example.org', 'localhost', 'api.example.org']
    expect(clusterDocument(of(36, { apiServer: { extraArgs: {}, certSANs } }))['apiServer']).toEqual({
      certSANs: [
        ...['10.0.0.10', '10.0.0.11', 'm1', '10.0.0.12', 'm2', '127.0.0.1', 'localhost'],
        ...['*.example.org', 'api.example.org'],
      ],
    })
  })

  it('keeps arguments texts, in the order of the inventory', () => {
    const apiServer = { extraArgs: { v: '4', 'audit-log-maxage': '1_000', 'anonymous-auth': 'true' }, certSANs: [] }
    expect(clusterDocument(of(30, { apiServer }))['apiServer']).toMatchObject({ extraArgs: apiServer.extraArgs })
    expect(clusterDocument(of(31, { apiServer }))['apiServer']).toMatchObject({
      extraArgs: [
        { name: 'v', value: '4' },
        { name: 'audit-log-maxage', value: '1_000' },
        { name: 'anonymous-auth', value: 'true' },
      ],
    })
  })

  it.each([
    [22, 'registry.k8s.io', 'registry.k8s.io/coredns'],
    [24, 'registry.k8s.io', 'registry.k8s.io/coredns'],
    [24, 'k8s.gcr.io', 'k8s.gcr.io/coredns'],
    [25, 'registry.k8s.io', undefined],
    [25, 'k8s.gcr.io', 'k8s.gcr.io/coredns'],
    [24, 'registry.example.org/k8s', undefined],
    [36, 'registry.example.org/k8s', undefined],
  ])('of 1.%i with images of %s has CoreDNS from %s', (minor, kubernetes, expected) => {
    const sources = { ...base.sources, images: { kubernetes, calico: 'quay.io' } }
    const document = clusterDocument(of(minor, { sources }))
    expect(document['imageRepository']).toBe(kubernetes)
    expect(document['dns']).toEqual(expected === undefined ? undefined : { imageRepository: expected })
  })
})

describe('taints', () => {
  const own = { key: 'dedicated', value: 'database', effect: 'NoExecute' } as const
  const master = { key: 'node-role.kubernetes.io/master', value: '', effect: 'NoSchedule' } as const
  const controlPlane = { ...master, key: 'node-role.kubernetes.io/control-plane' }

  it('of masters and workers are left to kubeadm where the inventory says nothing', () => {
    expect(taintsOf(m1, 36)).toBeUndefined()
    expect(taintsOf(w1, 36)).toBeUndefined()
    expect(initConfiguration(of(36), m1, USE)).not.toContain('taints')
  })

  it('are none on a master that carries workloads, said in so many words', () => {
    const untainted: Node = { ...m1, roles: ['control-plane', 'worker'] }
    expect(initConfiguration(of(36), untainted, USE)).toContain('\n  taints: []\n')
    expect(taintsOf({ ...untainted, taints: [own] }, 36)).toEqual([own])
  })

  it.each([
    [23, [master]],
    [24, [master, controlPlane]],
    [25, [controlPlane]],
  ])("of a master's own come beside those of kubeadm 1.%i, which it would else leave out", (minor, kubeadms) => {
    expect(taintsOf({ ...m1, taints: [own] }, minor)).toEqual([...kubeadms, own])
  })

  it('are not named twice where the inventory has that of kubeadm itself', () => {
    expect(taintsOf({ ...m1, taints: [controlPlane, own] }, 36)).toEqual([controlPlane, own])
  })

  it('of a worker are its own; an empty value is left out', () => {
    const text = joinConfiguration(of(36), { ...w1, taints: [own, { ...own, key: 'spare', value: '' }] }, JOIN)
    expect(documentOf(text, 'JoinConfiguration')['nodeRegistration']).toMatchObject({
      taints: [own, { key: 'spare', effect: 'NoExecute' }],
    })
    expect(text).not.toContain('value: ""')
  })
})

describe('kubelet and kube-proxy', () => {
  it('take what the inventory says before what tripod would', () => {
    const text = initConfiguration(
      of(36, { kubelet: { cgroupDriver: 'cgroupfs' }, kubeProxy: { mode: 'ipvs' } }),
      m1,
      USE,
    )
    expect(documentOf(text, 'KubeletConfiguration')['cgroupDriver']).toBe('cgroupfs')
    expect(documentOf(text, 'KubeProxyConfiguration')['mode']).toBe('ipvs')
  })

  it('refuse the settings of another kind, naming the field', () => {
    const kubeProxy = { kind: 'KubeletConfiguration' }
    const attempt = (): string => initConfiguration(of(36, { kubeProxy }), m1, USE)
    expect(attempt).toThrow(TripodError)
    expect(attempt).toThrow(/kubeProxy sets kind to "KubeletConfiguration".*KubeProxyConfiguration/)
    const same = { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' }
    expect(initConfiguration(of(36, { kubeProxy: same }), m1, USE)).toBe(initConfiguration(of(36), m1, USE))
  })

  it('start on cgroup v1 only where that was accepted, and say it where they would not', () => {
    const refused = initConfiguration(of(35), m1, USE)
    expect(refused).not.toMatch(/failCgroupV1|ignorePreflightErrors/)
    const accepted = initConfiguration(of(35, { accept: ['P11'] }), m1, USE)
    expect(documentOf(accepted, 'KubeletConfiguration')['failCgroupV1']).toBe(false)
    expect(joinConfiguration(of(35, { accept: ['P11'] }), w1, JOIN)).toContain('    - SystemVerification\n')
    expect(joinConfiguration(of(35, { kubelet: { failSwapOn: false } }), w1, JOIN)).toContain('    - Swap\n')
    expect(initConfiguration(of(34, { accept: ['P11'] }), m1, USE)).not.toMatch(/failCgroupV1|SystemVerification/)
  })
})
