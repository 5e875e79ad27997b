import { describe, expect, test } from 'vitest'
import { parseInventory } from '../../../src/inventory/read/parse.js'
import { clusterOf, CONTEXT, LAB, problemsOf } from '../lab.js'

const ssh = { host: '10.0.0.11', port: 22, user: 'ops', identityFile: '/home/ops/.ssh/id_ed25519', agent: true }

test('an inventory of twenty lines becomes a whole cluster, every default filled in', () => {
  const cluster = clusterOf(LAB)
  expect(cluster).toMatchObject({
    name: 'lab',
    inventoryPath: 'inventory.yaml',
    kubernetes: { version: '1.36.4', minor: 36 },
    endpoint: { layout: 'L3', host: '10.0.0.10', vip: '10.0.0.10', port: 6443, apiPort: 6444 },
    network: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12', dnsDomain: 'cluster.local', cni: 'calico' },
    time: { servers: [] },
    selinux: 'permissive',
    containerd: { source: 'docker', mirrors: [], config: {} },
    accept: [],
  })
  expect(cluster.inventoryDigest).toMatch(/^[0-9a-f]{64}$/)
  expect(cluster.nodes.map((node) => node.name)).toEqual(['m1', 'm2', 'm3'])
  expect(cluster.nodes[0]).toEqual({
    name: 'm1',
    address: '10.0.0.11',
    roles: ['control-plane'],
    labels: {},
    taints: [],
    ssh: { ...ssh, bastions: [], sudo: true, knownHosts: '/home/ops/clusters/known_hosts' },
  })
})

test('what has no default is left out: a firewall policy, the operating system, a containerd version', () => {
  const cluster = clusterOf(LAB)
  expect(cluster).not.toHaveProperty('firewall')
  expect(cluster.nodes[0]).not.toHaveProperty('os')
  expect(cluster.containerd).not.toHaveProperty('version')
})

test('without a version the newest known of the default minor is taken', () => {
  expect(clusterOf(LAB.replace('kubernetes:\n  version: 1.36.4\n', '')).kubernetes.version).toBe('1.36.4')
})

test('a valid inventory brings no warnings', () => {
  expect(problemsOf(LAB)).toEqual([])
})

describe('the layout follows from roles and ports', () => {
  const endpoint = (text: string, more = ''): unknown =>
    clusterOf(`${LAB.replace('vip: 10.0.0.10', text)}${more}`).endpoint
  const balancers = ['5', '6']
    .map((n) => `  - { name: lb${n}, address: 10.0.0.${n}, roles: [load-balancer] }\n`)
    .join('')

  test('masters carry the balancer on 6443: L3', () => {
    expect(endpoint('vip: 10.0.0.10')).toMatchObject({ layout: 'L3', port: 6443, apiPort: 6444 })
  })
  test('masters carry it on another port: L2', () => {
    expect(endpoint('vip: 10.0.0.10\n  port: 8443')).toMatchObject({ layout: 'L2', port: 8443, apiPort: 6443 })
  })
  test('masters carry it and both ports are chosen: L3', () => {
    expect(endpoint('vip: 10.0.0.10\n  port: 8443\n  apiPort: 7443')).toMatchObject({
      layout: 'L3',
      port: 8443,
      apiPort: 7443,
    })
  })
  test('load-balancer nodes carry it: L1', () => {
    expect(endpoint('vip: 10.0.0.10\n  interface: eth1', balancers)).toMatchObject({
      layout: 'L1',
      port: 6443,
      apiPort: 6443,
      interface: 'eth1',
    })
  })
  test('the user runs one: external', () => {
    expect(endpoint('external: lb.example.org:443')).toEqual({
      layout: 'external',
      host: 'lb.example.org',
      port: 443,
      apiPort: 6443,
    })
    expect(endpoint('external: "[fd00::1]:443"')).toMatchObject({ host: 'fd00::1', port: 443 })
  })
})

describe('SSH settings', () => {
  const node = (own: string, all = ''): unknown =>
    clusterOf(
      LAB.replace('  user: ops\n', `  user: ops\n${all}`).replace(
        '    address: 10.0.0.11\n',
        `    address: 10.0.0.11\n    ssh: ${own}\n`,
      ),
    ).nodes[0]?.ssh

  test('of a node win over those of all nodes', () => {
    expect(
      node('{ host: 192.0.2.1, port: 2222, user: root, sudo: false, agent: false, identityFile: keys/m1 }'),
    ).toEqual({
      host: '192.0.2.1',
      port: 2222,
      user: 'root',
      identityFile: '/home/ops/clusters/keys/m1',
      agent: false,
      bastions: [],
      sudo: false,
      knownHosts: '/home/ops/clusters/known_hosts',
    })
  })
  test('know a pinned host key, a policy and another known_hosts', () => {
    const hostKey = `SHA256:${'A'.repeat(43)}`
    expect(
      node(`{ hostKey: "${hostKey}", hostKeyPolicy: accept-new, knownHosts: /etc/tripod/known_hosts }`),
    ).toMatchObject({
      hostKey,
      hostKeyPolicy: 'accept-new',
      knownHosts: '/etc/tripod/known_hosts',
    })
  })
  test('take a bastion as text, as map, or as a chain of both', () => {
    const key = '/home/ops/.ssh/id_ed25519'
    const jump = { host: 'jump.example.org', port: 2200, user: 'gate', identityFile: key }
    const second = { host: '10.1.0.1', port: 22, user: 'ops', identityFile: '/home/ops/jump' }
    expect(node('{}', '  bastion: gate@jump.example.org:2200\n')).toMatchObject({ bastions: [jump] })
    expect(node('{}', '  bastion: { host: 10.1.0.1, identityFile: ~/jump }\n')).toMatchObject({ bastions: [second] })
    expect(
      node('{}', '  bastion: [gate@jump.example.org:2200, { host: 10.1.0.1, identityFile: ~/jump }]\n'),
    ).toMatchObject({
      bastions: [jump, second],
    })
    expect(node('{}', '  bastion: "[fd00::1]:22"\n')).toMatchObject({
      bastions: [{ host: 'fd00::1', port: 22, user: 'ops' }],
    })
  })
  test('of a node take the bastion of all nodes away with an empty list', () => {
    expect(node('{ bastion: [] }', '  bastion: jump.example.org\n')).toMatchObject({ bastions: [] })
  })
})

describe('sources', () => {
  const sources = (text: string): unknown => clusterOf(`${LAB}sources:\n${text}`).sources

  test('are the upstream ones, with the keys pinned by fingerprint', () => {
    expect(clusterOf(LAB.replace('1.36.4', '1.35.8')).sources).toEqual({
      kubernetes: {
        url: 'https://pkgs.k8s.io/core:/stable:/v1.35',
        upstream: true,
        fingerprints: ['DE15B14486CD377B9E876E1A234654DA9A296436'],
      },
      containerd: {
        url: 'https://download.docker.com/linux',
        upstream: true,
        fingerprints: ['9DC858229FC7DD38854AE2D88D81803C0EBFCD88', '060A61C51B558A7F742B77AAC52FEB6B621E9F35'],
      },
      images: { kubernetes: 'registry.k8s.io', calico: 'quay.io' },
      manifests: {},
    })
  })
  test('before 1.28 take the key file of a newer minor, unless the inventory names a key or a mirror', () => {
    const key = (text: string): string | undefined => clusterOf(text).sources.kubernetes.key
    const at = (version: string): string => LAB.replace('1.36.4', version)
    expect(key(at('1.27.16'))).toBe('https://pkgs.k8s.io/core:/stable:/v1.37/deb/Release.key')
    expect(key(at('1.28.15'))).toBeUndefined()
    const own = `sources:\n  kubernetes: { key: ./own.asc, fingerprints: [${'ab'.repeat(20)}] }\n`
    expect(key(`${at('1.27.16')}${own}`)).toMatch(/own\.asc$/)
    expect(key(`${at('1.27.16')}sources:\n  kubernetes: { url: "https://mirror.example.org" }\n`)).toBeUndefined()
  })
  test('of a mirror are under its address, and signed by upstream unless said otherwise', () => {
    expect(sources('  kubernetes: { url: "https://mirror.example.org/k8s/" }\n')).toMatchObject({
      kubernetes: {
        url: 'https://mirror.example.org/k8s',
        upstream: false,
        fingerprints: ['DE15B14486CD377B9E876E1A234654DA9A296436'],
      },
    })
  })
  test('may have a key and a TLS authority of their own', () => {
    const own = `{ url: "https://mirror.example.org/docker", key: ./mirror.asc, fingerprints: [${'ab'.repeat(20)}], ca: ca.pem }`
    expect(sources(`  containerd: ${own}\n`)).toMatchObject({
      containerd: {
        url: 'https://mirror.example.org/docker',
        key: '/home/ops/clusters/mirror.asc',
        fingerprints: ['AB'.repeat(20)],
        ca: '/home/ops/clusters/ca.pem',
      },
    })
  })
})

describe('addresses are canonical', () => {
  const V6 = LAB.replaceAll('10.0.0.', 'fd00:0:0::00').replace(
    'nodes:',
    'network: { podSubnet: "fd00:10:0:0::/56", serviceSubnet: "FD00:20::/112" }\nnodes:',
  )
  test('whatever way an IPv6 address is written', () => {
    const cluster = clusterOf(V6)
    expect(cluster.nodes.map((node) => node.address)).toEqual(['fd00::11', 'fd00::12', 'fd00::13'])
    expect(cluster.nodes[0]?.ssh.host).toBe('fd00::11')
    expect(cluster.endpoint).toMatchObject({ host: 'fd00::10', vip: 'fd00::10' })
    expect(cluster.network).toMatchObject({ podSubnet: 'fd00:10::/56', serviceSubnet: 'fd00:20::/112' })
  })
  test('two spellings of one address are the same address', () => {
    expect(problemsOf(V6.replace('fd00:0:0::0012', 'fd00::11')).map((problem) => problem.message)).toEqual([
      'the address fd00::11 is already that of nodes[0] (m1)',
    ])
  })
})

test('settings of containerd, kubelet, kube-proxy and the API server are passed through', () => {
  const cluster = clusterOf(`${LAB}
containerd:
  source: distribution
  version: 2.30
  mirrors:
    docker.io: https://mirror.example.org
    _default: [https://a.example.org, https://b.example.org]
  config:
    oom_score: -999
    plugins: { io.containerd.cri.v1.runtime: { restrict_oom_score_adj: true } }
kubelet: { maxPods: 200, systemReserved: { cpu: 100m } }
kubeProxy: { conntrack: { maxPerCore: 0 } }
apiServer: { extraArgs: { audit-log-maxage: "30" }, certSANs: [api.example.org, "*.example.org", 192.0.2.7] }
accept: [P04, P24]
`)
  expect(cluster.containerd).toEqual({
    source: 'distribution',
    version: '2.30',
    mirrors: [
      { registry: 'docker.io', endpoints: ['https://mirror.example.org'], skipVerify: false, overridePath: false },
      {
        registry: '_default',
        endpoints: ['https://a.example.org', 'https://b.example.org'],
        skipVerify: false,
        overridePath: false,
      },
    ],
    config: { oom_score: -999, plugins: { 'io.containerd.cri.v1.runtime': { restrict_oom_score_adj: true } } },
  })
  expect(cluster.kubelet).toEqual({ maxPods: 200, systemReserved: { cpu: '100m' } })
  expect(cluster.kubeProxy).toEqual({ conntrack: { maxPerCore: 0 } })
  expect(cluster.apiServer.certSANs).toEqual(['api.example.org', '*.example.org', '192.0.2.7'])
  expect(cluster.accept).toEqual(['P04', 'P24'])
})

test('an operating system is read into the words of os-release', () => {
  const os = (name: string): unknown => clusterOf(LAB.replace('roles:', `os: ${name}\n    roles:`)).nodes[0]?.os
  expect(os('debian12')).toEqual({ id: 'debian', version: '12' })
  expect(os('ubuntu24.04')).toEqual({ id: 'ubuntu', version: '24.04' })
  expect(os('rocky9')).toEqual({ id: 'rocky', version: '9' })
})

describe('warnings', () => {
  const warnings = (text: string): unknown =>
    problemsOf(text).map(({ severity, code, line, message }) => ({ severity, code, line, message }))

  test('an even number of masters', () => {
    const [two] = LAB.split('  - name: m3')
    const message = '2 masters tolerate no more failures than 1'
    expect(warnings(two ?? '')).toEqual([{ severity: 'warning', code: 'P18', line: 9, message }])
  })
  test('a Kubernetes out of support, from the day after its last', () => {
    const message = 'Kubernetes 1.34 is out of support since 2026-10-27: no security fixes'
    expect(warnings(LAB.replace('1.36.4', '1.34.10'))).toEqual([{ severity: 'warning', code: 'P37', line: 3, message }])
    expect(warnings(LAB.replace('1.36.4', '1.35.9'))).toEqual([])
  })
  test('a patch behind the newest that is known, with the day of that knowledge', () => {
    const message = 'Kubernetes 1.35.8 is not the newest patch: 1.35.9 was out on 2026-09-15'
    expect(warnings(LAB.replace('1.36.4', '1.35.8'))).toEqual([{ severity: 'warning', code: 'P39', line: 3, message }])
    expect(warnings(LAB.replace('1.36.4', '1.35.10'))).toEqual([])
  })
  test("a containerd newer than upstream's table, or of a line that has ended", () => {
    const older = LAB.replace('1.36.4', '1.35.9')
    expect(warnings(`${older}containerd:\n  version: 2.4\n`)).toMatchObject([
      { code: 'P24', message: expect.stringContaining("newer than upstream's table for Kubernetes 1.35") as unknown },
    ])
    expect(warnings(`${older}containerd:\n  version: 2.3\n`)).toEqual([])
    expect(warnings(`${older}containerd:\n  source: docker\n  version: 2.2\n`)).toMatchObject([
      { code: 'P37', message: 'containerd 2.2 is out of support since 2026-11-06: no security fixes' },
    ])
    // The distribution keeps its own package alive.
    expect(warnings(`${older}containerd:\n  source: distribution\n  version: 2.2\n`)).toEqual([])
  })
  test("kube-proxy's mode ipvs, from the minor on that calls it deprecated", () => {
    const ipvs = (version: string): unknown => warnings(`${LAB.replace('1.36.4', version)}kubeProxy: { mode: ipvs }\n`)
    expect(ipvs('1.36.4')).toMatchObject([{ severity: 'warning', code: 'P41' }])
    expect(ipvs('1.34.10')).toMatchObject([{ code: 'P37' }])
  })
  test('a containerd that does not fit but is accepted', () => {
    const text = `${LAB}accept: [P24]\ncontainerd:\n  version: 1.7.28\n`
    const message = 'containerd 1.7.28 does not fit Kubernetes 1.36, which needs 2.3.0+ or 2.2.0+'
    expect(warnings(text)).toMatchObject([
      { severity: 'warning', code: 'P24', line: 21, message },
      { code: 'P37', message: 'containerd 1.7 is out of support since 2026-09-30: no security fixes' },
    ])
    expect(clusterOf(text).containerd.version).toBe('1.7.28')
  })
  test('a Kubernetes that only a repository of your own can have', () => {
    const old = LAB.replace('1.36.4', '1.23.17')
    expect(warnings(old)).toMatchObject([
      { code: 'P37' },
      { code: 'P23', message: 'pkgs.k8s.io has no packages of Kubernetes 1.23' },
      { code: 'P37', message: 'containerd 1.7 is out of support since 2026-09-30: no security fixes' },
    ])
    expect(warnings(`${old}sources: { kubernetes: { url: "https://mirror.example.org" } }\n`)).toMatchObject([
      { code: 'P37' },
      { code: 'P37' },
    ])
  })
  test('a single load balancer', () => {
    const text = `${LAB}  - { name: lb, address: 10.0.0.5, roles: [load-balancer] }\n`
    expect(warnings(text)).toMatchObject([
      { severity: 'warning', message: 'a single load-balancer node is a single point of failure' },
    ])
  })
})

test('two nodes may have one SSH address behind different bastions or on different ports', () => {
  const two = (one: string, other: string): string =>
    LAB.replace('    address: 10.0.0.11\n', `    address: 10.0.0.11\n    ssh: ${one}\n`).replace(
      '    address: 10.0.0.12\n',
      `    address: 10.0.0.12\n    ssh: ${other}\n`,
    )
  expect(problemsOf(two('{ host: 192.0.2.1, port: 2201 }', '{ host: 192.0.2.1, port: 2202 }'))).toEqual([])
  expect(problemsOf(two('{ host: 192.0.2.1, bastion: a }', '{ host: 192.0.2.1, bastion: b }'))).toEqual([])
})

test('a setting that is called version keeps its kind', () => {
  const { containerd } = clusterOf(`${LAB}containerd: { config: { version: 1.5 } }\n`)
  expect(containerd.config).toEqual({ version: 1.5 })
})

test('all errors come at once, those of single values and those among several', () => {
  const text = LAB.replace('lab', 'Lab')
    .replace('kubernetes', 'kubernets')
    .replace('10.0.0.10', '10.0.0.13')
    .replace('name: m1', 'name: M1')
    .replace('address: 10.0.0.12', 'address: 10.0.0.11')
  expect(
    problemsOf(`${text}network: { podSubnet: 10.0.0.0/8 }\n`).map((problem) => [
      problem.line,
      problem.message.slice(0, 24),
    ]),
  ).toEqual(
    expect.arrayContaining([
      [1, '"Lab" is not a cluster n'],
      [2, 'unknown key "kubernets" '],
      [5, 'the VIP 10.0.0.13 is the'],
      [10, '"M1" is not a node name:'],
      [14, 'the address 10.0.0.11 is'],
      [17, '10.0.0.13 (m3) lies insi'],
    ]),
  )
})

test('a machine that the inventory does not name is reached as it says of all', () => {
  const guests = [
    { name: 'w9', address: '10.0.0.29', roles: ['worker' as const] },
    { name: 'm3', address: '10.9.9.9', roles: ['worker' as const] },
  ]
  const result = parseInventory(LAB, 'inventory.yaml', { ...CONTEXT, guests })
  const cluster = result.ok ? result.cluster : undefined
  expect(cluster?.inventoryDigest).toBe(clusterOf(LAB).inventoryDigest)
  expect(cluster?.nodes.map(({ name, address }) => `${name} ${address}`)).toEqual([
    'm1 10.0.0.11',
    'm2 10.0.0.12',
    'm3 10.0.0.13',
    'w9 10.0.0.29',
  ])
  expect(cluster?.nodes.at(-1)?.ssh).toMatchObject({ ...ssh, host: '10.0.0.29' })
})
