import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/checks/finding.js'
import type { Facts } from '../../src/facts/facts.js'
import type { Cluster } from '../../src/inventory/cluster.js'
import { clusterOf, findingsFor, soundFacts } from './machines.js'

const [M1] = clusterOf({}).nodes
if (!M1) throw new Error('no node')
const m1 = soundFacts(M1, 0)
const kernelFeatures = m1.kernelFeatures
const packages = m1.packages
const MINOR_36: Partial<Cluster> = {
  kubernetes: { version: '1.36.4', minor: 36 },
  containerd: { source: 'docker', mirrors: [], config: {} },
}
const listening = (port: number, process: string) => [{ port, process, pid: 7 }]

interface Case {
  readonly when: string
  readonly id: string
  readonly severity: Finding['severity']
  readonly says: RegExp
  readonly facts?: Partial<Facts>
  readonly cluster?: Partial<Cluster>
}

const CASES: readonly Case[] = [
  {
    when: 'the release is too old',
    id: 'P02',
    severity: 'fatal',
    says: /Unsupported OS debian 11 on m1/,
    facts: { os: { ...m1.os, version: '11' } },
  },
  {
    when: 'the OS is of another family',
    id: 'P02',
    severity: 'fatal',
    says: /alpine 3\.20/,
    facts: { os: { id: 'alpine', idLike: [], version: '3.20', name: 'Alpine' } },
  },
  {
    when: 'a derivative only looks like Debian',
    id: 'P02',
    severity: 'fatal',
    says: /raspbian 12/,
    facts: { os: { ...m1.os, id: 'raspbian', idLike: ['debian'] } },
  },
  {
    when: 'process 1 is no systemd',
    id: 'P03',
    severity: 'fatal',
    says: /is init, not systemd/,
    facts: { init: 'init' },
  },
  {
    when: 'the architecture has no packages',
    id: 'P03',
    severity: 'fatal',
    says: /riscv64/,
    facts: { architecture: 'riscv64' },
  },
  { when: 'a master has one CPU', id: 'P04', severity: 'fatal', says: /1 CPU; a master needs 2/, facts: { cpus: 1 } },
  {
    when: 'a master has little memory',
    id: 'P04',
    severity: 'fatal',
    says: /1\.5 GiB/,
    facts: { memoryBytes: 1.5 * 1024 ** 3 },
  },
  {
    when: 'a master has just enough memory',
    id: 'P04',
    severity: 'warning',
    says: /at ease/,
    facts: { memoryBytes: 2 * 1024 ** 3 },
  },
  {
    when: 'the disk is small',
    id: 'P05',
    severity: 'fatal',
    says: /\/var has 12\.0 GB free on m1; need 20 GB/,
    facts: { filesystems: [{ path: '/var', mount: '/', totalBytes: 20e9, freeBytes: 12e9, freeInodePercent: 50 }] },
  },
  {
    when: 'inodes run out',
    id: 'P05',
    severity: 'fatal',
    says: /4 % of its inodes/,
    facts: { filesystems: [{ path: '/var', mount: '/', totalBytes: 90e9, freeBytes: 80e9, freeInodePercent: 4 }] },
  },
  {
    when: 'the node has no such address',
    id: 'P08',
    severity: 'fatal',
    says: /10\.0\.0\.11 is not configured on m1; interfaces: eth0 10\.0\.0\.99/,
    facts: { addresses: [{ interface: 'eth0', address: '10.0.0.99', prefix: 24 }] },
  },
  {
    when: 'a clock is far off',
    id: 'P09',
    severity: 'fatal',
    says: /Clock of m1 is 40\.0 s ahead/,
    facts: { clock: { epochSeconds: 1, offsetSeconds: 40, uncertaintySeconds: 0.1 } },
  },
  {
    when: 'a clock is a little off',
    id: 'P09',
    severity: 'warning',
    says: /2\.0 s behind/,
    facts: { clock: { epochSeconds: 1, offsetSeconds: -2, uncertaintySeconds: 0.1 } },
  },
  {
    when: 'more is swapped out than memory can take',
    id: 'P10',
    severity: 'fatal',
    says: /200 MiB are in use, 100 MiB/,
    facts: {
      memoryAvailableBytes: 100 * 1024 ** 2,
      swap: { ...m1.swap, active: [{ path: '/swap', sizeBytes: 1e9, usedBytes: 200 * 1024 ** 2 }] },
    },
  },
  {
    when: 'cgroup v1 meets a kubelet without it',
    id: 'P11',
    severity: 'fatal',
    says: /cgroup v1/,
    facts: { kernelFeatures: { ...kernelFeatures, cgroup: 'v1' } },
    cluster: MINOR_36,
  },
  {
    when: 'kubeadm 1.32 meets the kernel of RHEL 8',
    id: 'P40',
    severity: 'fatal',
    says: /^runs kernel 4\.18\.0-553\.el8_10\.x86_64, and kubeadm 1\.32\.13 needs 4\.19 or newer/,
    facts: { kernel: '4.18.0-553.el8_10.x86_64' },
    cluster: { kubernetes: { version: '1.32.13', minor: 32 } },
  },
  {
    when: 'nftables meets a kernel without what kube-proxy needs of it',
    id: 'P40',
    severity: 'fatal',
    says: /kube-proxy's mode nftables needs 5\.13 or newer/,
    facts: { kernel: '5.4.0-200-generic' },
    cluster: { ...MINOR_36, kubeProxy: { mode: 'nftables' } },
  },
  {
    when: 'a module is not there',
    id: 'P12',
    severity: 'fatal',
    says: /br_netfilter not available/,
    facts: { kernelFeatures: { ...kernelFeatures, unavailable: ['br_netfilter'] } },
  },
  {
    when: 'a port is taken',
    id: 'P13',
    severity: 'fatal',
    says: /Port 10250 held by node-exporter \(pid 7\) on m1/,
    facts: { listening: listening(10250, 'node-exporter') },
  },
  {
    when: 'something else has the API port',
    id: 'P13',
    severity: 'fatal',
    says: /Port 6444/,
    facts: { listening: listening(6444, 'java') },
  },
  {
    when: 'pods would shadow a route',
    id: 'P15',
    severity: 'fatal',
    says: /podSubnet 10\.244\.0\.0\/16 overlaps 10\.244\.3\.0\/24 on eth1/,
    facts: { routes: [{ destination: '10.244.3.0/24', interface: 'eth1' }] },
  },
  {
    when: 'a former cluster left its bridge',
    id: 'P15',
    severity: 'fatal',
    says: /podSubnet .* on cni0/,
    facts: { routes: [{ destination: '10.244.0.0/24', interface: 'cni0' }] },
  },
  {
    when: 'services would shadow a bridge',
    id: 'P15',
    severity: 'fatal',
    says: /serviceSubnet .* docker0/,
    facts: { addresses: [...m1.addresses, { interface: 'docker0', address: '10.100.0.1', prefix: 16 }] },
  },
  {
    when: 'the VIP is of another network',
    id: 'P16',
    severity: 'fatal',
    says: /lies outside/,
    cluster: { endpoint: { ...clusterOf({}).endpoint, vip: '192.168.7.1' } },
  },
  {
    when: 'the interface does not exist',
    id: 'P16',
    severity: 'fatal',
    says: /bond0 does not exist/,
    cluster: { endpoint: { ...clusterOf({}).endpoint, interface: 'bond0' } },
  },
  {
    when: 'two interfaces fit',
    id: 'P16',
    severity: 'fatal',
    says: /any of eth0, eth1/,
    facts: { addresses: [...m1.addresses, { interface: 'eth1', address: '10.0.0.111', prefix: 24 }] },
  },
  {
    when: 'a stranger has the VIP',
    id: 'P16',
    severity: 'fatal',
    says: /10\.0\.0\.10 answers from 02:ff:ff:ff:ff:ff/,
    facts: { vip: { held: false, answeredBy: '02:FF:ff:ff:ff:ff' } },
  },
  {
    when: 'the containerd of the distribution is too old',
    id: 'P24',
    severity: 'fatal',
    says: /containerd 1\.6\.20\S* on m1, m2, m3 and w1 does not fit Kubernetes 1\.36\.4, which needs 2\.3\.0\+/,
    cluster: { kubernetes: { version: '1.36.4', minor: 36 } },
  },
  {
    when: 'dpkg was interrupted',
    id: 'P26',
    severity: 'warning',
    says: /half installed/,
    facts: { packages: { ...packages, broken: true } },
  },
  {
    when: 'docker is there',
    id: 'P27',
    severity: 'warning',
    says: /docker-ce on m1/,
    facts: { packages: { ...packages, installed: { 'docker-ce': '5:28' } } },
  },
  {
    when: 'k3s is installed',
    id: 'P27',
    severity: 'warning',
    says: /k3s is installed/,
    facts: { otherClusters: ['k3s'] },
  },
  {
    when: 'the other source’s containerd is there',
    id: 'P27',
    severity: 'fatal',
    says: /containerd\.io is installed on m1 and excludes/,
    facts: { packages: { ...packages, installed: { 'containerd.io': '1.7.28-1' } } },
  },
  {
    when: 'the other source’s containerd is there, be it tripod’s own',
    id: 'P27',
    severity: 'fatal',
    says: /containerd\.io is installed on m1 and excludes/,
    facts: {
      packages: { ...packages, installed: { 'containerd.io': '1.7.28-1' } },
      record: {
        entries: { 'package:containerd.io': { step: 's', wanted: 'a', state: 'applied', before: { state: 'absent' } } },
      },
    },
  },
  {
    when: 'the distribution’s runc is there, with which containerd.io cannot be installed',
    id: 'P27',
    severity: 'fatal',
    says: /runc is installed on m1 and excludes/,
    cluster: { containerd: { source: 'docker', mirrors: [], config: {} } },
    facts: { packages: { ...packages, installed: { runc: '1.1.5' } } },
  },
  {
    when: 'no nameserver is known',
    id: 'P31',
    severity: 'fatal',
    says: /m1 has no nameserver/,
    facts: { nameservers: [] },
  },
  {
    when: 'the stub has nothing behind it',
    id: 'P31',
    severity: 'fatal',
    says: /127\.0\.0\.53/,
    facts: { nameservers: ['127.0.0.53'], resolvers: { etc: ['127.0.0.53'] } },
  },
  {
    when: 'nameservers are too many',
    id: 'P31',
    severity: 'warning',
    says: /4 nameservers/,
    facts: { nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'] },
  },
  {
    when: 'a reboot is due',
    id: 'P34',
    severity: 'warning',
    says: /waits for a reboot/,
    facts: { packages: { ...packages, rebootPending: true } },
  },
]

describe('preflight', () => {
  test('finds nothing on sound machines', () => {
    expect(findingsFor()).toEqual([])
  })

  test.each(CASES)('$id $severity when $when', ({ id, severity, says, facts = {}, cluster = {} }) => {
    const own = findingsFor({ cluster, facts: { m1: facts } }).filter((finding) => finding.id === id)
    expect(own[0]).toMatchObject({ id, severity })
    expect(own[0]?.message).toMatch(says)
    expect(own[0]?.fix).not.toBe('')
    if (Object.keys(facts).length > 0)
      expect(`${own[0]?.node ?? ''} ${own[0]?.message ?? ''}`).toMatch(/m1|one of your hosts/)
  })

  test('speaks in the order of the numbers', () => {
    const facts = { m1: { cpus: 1, nameservers: [], init: 'init', listening: listening(2379, 'etcd') } }
    expect(findingsFor({ facts }).map(({ id }) => id)).toEqual(['P03', 'P04', 'P13', 'P31'])
  })
})

describe('accept', () => {
  test('makes a fatal finding of the four a warning that says so', () => {
    const facts = { m1: { cpus: 1 } }
    expect(findingsFor({ facts, cluster: { accept: ['P04'] } })).toMatchObject([
      { id: 'P04', severity: 'warning', accepted: true },
    ])
    expect(findingsFor({ facts, cluster: { accept: ['P05'] } })).toMatchObject([{ id: 'P04', severity: 'fatal' }])
  })

  test('leaves what was a warning anyway as it is', () => {
    const facts = { m1: { memoryBytes: 2 * 1024 ** 3 } }
    expect(findingsFor({ facts, cluster: { accept: ['P04'] } })[0]?.accepted).toBeUndefined()
  })
})

describe('clones', () => {
  test.each([
    ['machine-id', { machineId: '1111' }],
    ['product_uuid', { productUuid: '1111' }],
  ])('two machines with the same %s are named together', (what, same) => {
    const identity = { ...m1.identity, ...same }
    expect(findingsFor({ facts: { m1: { identity } } })).toMatchObject([
      { id: 'P06', severity: 'fatal', message: expect.stringContaining(`m1 and m2 share ${what}`) as string },
    ])
  })

  test('an address of the inventory on two machines; a bridge that is everywhere does not count', () => {
    const bridge = { interface: 'docker0', address: '172.17.0.1', prefix: 16 }
    const stolen = { interface: 'eth0', address: '10.0.0.12', prefix: 24 }
    const facts = {
      m1: { addresses: [...m1.addresses, bridge, stolen] },
      w1: { addresses: [{ interface: 'eth0', address: '10.0.0.21', prefix: 24 }, bridge] },
    }
    expect(findingsFor({ facts }).map(({ message }) => message)).toEqual(['m1 and m2 share address 10.0.0.12'])
  })

  test('a uuid that board makers write into every machine proves nothing, nor does one that is missing', () => {
    const identity = (macs: readonly string[]) => ({
      hostname: macs.join(),
      machineId: macs.join(),
      bootId: 'b',
      macs,
      productUuid: '03000200-0400-0500-0006-000700080009',
    })
    expect(findingsFor({ facts: { m1: { identity: identity(['a']) }, m2: { identity: identity(['b']) } } })).toEqual([])
  })
})

const OWN_BALANCER: Facts['record'] = {
  entries: {
    'file:/etc/haproxy/haproxy.cfg': {
      step: 'load-balancer',
      wanted: '0',
      state: 'applied',
      before: { state: 'absent' },
    },
  },
}

describe('the load balancer', () => {
  test('of somebody else is not taken over while it serves', () => {
    const [found] = findingsFor({
      facts: { m1: { listening: [...listening(80, 'haproxy'), ...listening(6443, 'haproxy')] } },
    })
    expect(found).toMatchObject({ id: 'P27', severity: 'fatal', node: 'm1' })
    expect(found?.message).toContain('serves port 80, 6443')
  })

  test('P27: a keepalived of somebody else is not given our configuration; ours is, and one of a worker', () => {
    const entry = { step: 'load-balancer', wanted: 'a', state: 'applied' as const, before: null }
    const record = { entries: { 'file:/etc/keepalived/keepalived.conf': entry } }
    const told = (facts: Readonly<Record<string, Partial<Facts>>>) =>
      findingsFor({ facts }).flatMap(({ id, message }) => (id === 'P27' ? [message] : []))
    expect(told({ m1: { keepalived: true } })).toEqual([
      expect.stringContaining('keepalived on m1 runs from a configuration'),
    ])
    expect(told({ m1: { keepalived: true, record }, w1: { keepalived: true } })).toEqual([])
  })

  test('with the VIP on two hosts is split', () => {
    const vip = { interface: 'eth0', source: '10.0.0.11', held: true }
    const [found] = findingsFor({ facts: { m1: { vip }, m2: { vip } } })
    expect(found).toMatchObject({ id: 'P16', severity: 'warning' })
    expect(found?.message).toContain('m1 and m2 all have the VIP 10.0.0.10')
  })
})

describe('what is there of Kubernetes', () => {
  const kubernetes = {
    files: { '/etc/kubernetes/kubelet.conf': '0' },
    etcdData: false,
    apiLive: false,
    shadowing: [],
    flags: {},
    images: {},
  }
  const packages = (kubelet: string): Facts['packages'] => ({
    candidates: {},
    installed: { kubelet },
    broken: false,
    rebootPending: false,
  })

  test('a node of the cluster is not upgraded by installing packages', () => {
    const skews = (kubelet: string) =>
      findingsFor({ facts: { w1: { kubernetes, packages: packages(kubelet) } } }).filter(({ id }) => id === 'P50')
    expect(skews('1.28.14-1.1')).toMatchObject([{ severity: 'fatal', node: 'w1' }])
    expect(skews('1.28.15-2.1')).toEqual([])
    expect(findingsFor({ facts: { w1: { packages: packages('1.28.14-1.1') } } })).toEqual([])
  })

  test('a program that hides that of the package is named', () => {
    const hidden = { ...kubernetes, files: {}, shadowing: ['/usr/local/bin/kubeadm'] }
    const [found] = findingsFor({ facts: { m1: { kubernetes: hidden } } })
    expect(found).toMatchObject({ id: 'P27', severity: 'fatal', node: 'm1' })
    expect(found?.fix).toContain('/usr/local/bin/kubeadm')
  })

  test('a node that joined under another name is told, and not renamed', () => {
    const found = findingsFor({
      facts: { w1: { kubernetes, identity: { hostname: 'old', machineId: 'x', bootId: 'b', macs: [] } } },
    })
    expect(found.find(({ id }) => id === 'P07')).toMatchObject({ severity: 'warning', node: 'w1' })
  })
})

describe('what is let be', () => {
  test('small workers, our own HAProxy, cgroup v1 with an older kubelet, skew within the error of measurement', () => {
    const facts: Record<string, Partial<Facts>> = {
      w1: { cpus: 1, memoryBytes: 1e9 },
      m1: {
        listening: listening(6443, 'haproxy'),
        record: OWN_BALANCER,
        kernelFeatures: { ...kernelFeatures, cgroup: 'v1' },
      },
      m2: { clock: { epochSeconds: 1, offsetSeconds: 3, uncertaintySeconds: 2.5 } },
    }
    expect(findingsFor({ facts })).toEqual([])
  })

  test('the VIP where one of our machines holds or answers for it', () => {
    const facts: Record<string, Partial<Facts>> = {
      m1: {
        vip: { held: true, interface: 'eth0' },
        addresses: [...m1.addresses, { interface: 'eth0', address: '10.0.0.10', prefix: 24 }],
      },
      m2: { vip: { held: false, answeredBy: '02:00:00:00:00:00' } },
    }
    expect(findingsFor({ facts })).toEqual([])
  })

  test('ports, routes and free space of a node that has joined are the cluster’s own', () => {
    const joined: Partial<Facts> = {
      kubernetes: {
        files: { '/etc/kubernetes/kubelet.conf': 'a' },
        caHash: 'a',
        etcdData: false,
        apiLive: false,
        shadowing: [],
        flags: {},
        images: {},
      },
      listening: listening(10250, 'kubelet'),
      routes: [{ destination: '10.244.3.0/24', interface: 'cali1' }],
      filesystems: [{ path: '/var', mount: '/', totalBytes: 20e9, freeBytes: 9e9, freeInodePercent: 90 }],
    }
    expect(findingsFor({ facts: { w1: joined } })).toMatchObject([
      { id: 'P05', severity: 'warning', node: 'w1' },
      { id: 'P52', severity: 'fatal' },
    ])
  })
})

describe('nodes of other clusters', () => {
  test('P19: authority files of another cluster on a node that has not joined', () => {
    const ours = {
      files: { '/etc/kubernetes/kubelet.conf': 'a' },
      caHash: 'aa',
      etcdData: false,
      apiLive: false,
      shadowing: [],
      flags: {},
      images: {},
    }
    const theirs = {
      files: { '/etc/kubernetes/pki/ca.crt': 'a' },
      caHash: 'bb',
      etcdData: false,
      apiLive: false,
      shadowing: [],
      flags: {},
      images: {},
    }
    const findings = findingsFor({ facts: { w1: { kubernetes: ours }, m1: { kubernetes: theirs } } })
    expect(findings).toMatchObject([
      { id: 'P19', severity: 'fatal', node: 'm1', message: expect.stringContaining('bb') as string },
      { id: 'P52', severity: 'fatal', message: expect.stringContaining('w1 joined a cluster before') as string },
    ])
  })

  test('P20: etcd data that no healthy master has too', () => {
    const half = { files: {}, etcdData: true, apiLive: false, shadowing: [], flags: {}, images: {} }
    expect(findingsFor({ facts: { m2: { kubernetes: half } } })).toMatchObject([{ id: 'P20', node: 'm2' }])
    const paths = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
    const all = [...paths.map((name) => `/etc/kubernetes/manifests/${name}.yaml`), '/etc/kubernetes/kubelet.conf']
    const files = Object.fromEntries(all.map((path) => [path, 'a']))
    const healthy = { files, etcdData: true, apiLive: true, shadowing: [], flags: {}, images: {} }
    expect(findingsFor({ facts: { m1: { kubernetes: healthy }, m2: { kubernetes: half } } })).toEqual([])
  })

  test('a cluster of another make is fatal where its daemon has the ports', () => {
    const facts = { m1: { otherClusters: ['k3s'], listening: listening(30000, 'k3s-server') } }
    expect(findingsFor({ facts })).toMatchObject([
      { id: 'P27', severity: 'fatal', message: expect.stringContaining('k3s runs on m1') as string },
    ])
  })
})

test('a kernel is too old for the Kubernetes that refuses it alone', () => {
  const refused = (minor: number, kernel: string): number =>
    findingsFor({
      facts: { m1: { kernel } },
      cluster: { kubernetes: { version: `1.${String(minor)}.1`, minor } },
    }).filter(({ id }) => id === 'P40').length
  expect([31, 32, 33, 34].map((minor) => refused(minor, '4.18.0-553.el8'))).toEqual([0, 1, 1, 0])
  expect(['4.19.0', '5.4.0', '6.1.0-9', '10.0'].map((kernel) => refused(33, kernel))).toEqual([0, 0, 0, 0])
})
