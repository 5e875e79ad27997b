import type { CheckId } from '../../src/check-catalogue.js'
import { describe, expect, test } from 'vitest'
import type { Facts, KubernetesFacts } from '../../src/facts/facts.js'
import type { Cluster, Node } from '../../src/inventory/cluster.js'
import { certSANs } from '../../src/inventory/cert-sans.js'
import { AUTHORITY_FILES } from '../../src/facts/kubeadm-files.js'
import { facts as bare } from '../steps/context.js'
import { clusterOf, findingsFor, soundFacts } from './machines.js'
import { said, worded } from '../said.js'

const FILES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
  (name) => `/etc/kubernetes/manifests/${name}.yaml`,
)
const SERVING: KubernetesFacts = {
  files: Object.fromEntries([...FILES, '/etc/kubernetes/kubelet.conf'].map((path) => [path, 'x'])),
  caHash: 'ours',
  etcdData: true,
  apiLive: true,
  shadowing: [],
  flags: { 'secure-port': '6444', 'service-cluster-ip-range': '10.96.0.0/12', 'cluster-cidr': '10.244.0.0/16' },
  images: {},
  certSANs: certSANs(clusterOf({})),
}
const JOINED: KubernetesFacts = {
  ...SERVING,
  files: { '/etc/kubernetes/kubelet.conf': 'x' },
  etcdData: false,
  apiLive: false,
}
const DOWN = { ...SERVING, apiLive: false }
const told = (facts: Readonly<Record<string, KubernetesFacts>>, id: CheckId, cluster = {}) => {
  const all: Readonly<Record<string, Partial<Facts>>> = Object.fromEntries(
    Object.entries(facts).map(([name, kubernetes]) => [name, { kubernetes }]),
  )
  return findingsFor({ facts: all, cluster }).filter((one) => one.id === id)
}

describe('a lost quorum', () => {
  test('refuses everything, with the numbers and the way back', () => {
    const [found] = told({ m1: DOWN, m2: DOWN, m3: DOWN }, 'P51')
    expect(found).toMatchObject({ severity: 'fatal' })
    expect(found?.message).toContain('etcd has 3 members, of which 2 must run')
    expect(found?.fix).toContain('--force-new-cluster')
  })

  test('is counted by the members that etcd has, learners aside', () => {
    const member = (id: string, learner = false) => ({ id, name: `m${id}`, peerURLs: [], learner })
    const [found] = told({ m1: { ...DOWN, members: [member('1'), member('2'), member('3', true)] } }, 'P51')
    expect(found?.message).toContain('etcd has 2 members, of which 2 must run')
  })

  test('is got over from the survivor with the newest data, not the first by name', () => {
    const member = (id: string) => ({ id, name: `m${id}`, peerURLs: [], learner: false })
    const members = ['1', '2', '3', '4', '5'].map(member)
    const fix = (m1: number | undefined, m2: number | undefined) => {
      const [found] = told(
        {
          m1: { ...DOWN, members, ...(m1 === undefined ? {} : { raftIndex: m1 }) },
          m2: { ...DOWN, members, ...(m2 === undefined ? {} : { raftIndex: m2 }) },
        },
        'P51',
      )
      return found?.fix
    }
    expect(fix(90, 100)).toContain(
      'on m2, whose data is the newest (raft index: m1 90, m2 100), add --force-new-cluster',
    )
    expect(fix(90, 100)).toContain('kubeadm reset -f')
    expect(fix(90, undefined)).toContain('on the one whose etcd has the highest raft index')
    expect(told({ m1: { ...DOWN, members } }, 'P51')[0]?.fix).toContain('on m1, add --force-new-cluster')
  })

  test('would follow from taking a vote away where too few others are seen to live', () => {
    const members = ['m1', 'm2', 'm3'].map((name) => ({ id: name, name, peerURLs: [], learner: false }))
    const serving = { ...SERVING, members }
    expect(told({ m1: serving, m2: serving }, 'P51')).toEqual([])
    const silent = told({ m1: serving, m2: DOWN }, 'P51').find(({ severity }) => severity === 'fatal')
    expect(silent?.message).toContain(
      'to take m3 as it was before out of etcd would leave 2 votes, of which 2 must run',
    )
    expect(silent?.message).toContain('of those looked at 1 does')
  })

  test('is none where another master serves: then the one that does not is named', () => {
    expect(told({ m1: SERVING, m2: DOWN }, 'P51')).toMatchObject([{ severity: 'warning', node: 'm2' }])
    expect(told({ m1: SERVING }, 'P51')).toEqual([])
  })
})

describe('a set of authorities that no master has whole', () => {
  const without = (missing: string): KubernetesFacts => ({
    ...SERVING,
    files: {
      ...SERVING.files,
      ...Object.fromEntries(AUTHORITY_FILES.filter((path) => !path.endsWith(missing)).map((path) => [path, 'a'])),
    },
  })

  test('stands in the way of who is to join, and is named file by file', () => {
    const [found] = told({ m1: without('/pki/ca.key'), m2: without('/pki/ca.key') }, 'P53')
    expect(found).toMatchObject({ severity: 'fatal', message: expect.stringContaining('none has ca.key') as string })
    expect(told({ m1: without('/pki/ca.key'), m2: without('sa.key') }, 'P53')[0]?.message).toContain('m2 lacks sa.key')
  })

  test('is a warning where nobody is to join, and nothing where one master has it', () => {
    const all = (one: KubernetesFacts) => ({ m1: one, m2: one, m3: one, w1: JOINED })
    expect(told(all(without('/pki/ca.key')), 'P53')).toMatchObject([{ severity: 'warning' }])
    expect(told({}, 'P53')).toEqual([])
  })
})

describe('a pod network', () => {
  const calico = { network: { ...clusterOf({}).network, cni: 'calico' as const } }
  const found = (kubernetes: Partial<KubernetesFacts>, cluster: Partial<Cluster> = calico) =>
    told({ m1: { ...SERVING, configMaps: {}, networks: [], ...kubernetes } }, 'P67', cluster)

  test('of another make is never given a second one beside it', () => {
    expect(found({ networks: ['kube-system/cilium'] })).toMatchObject([
      {
        severity: 'fatal',
        message: expect.stringContaining('has a pod network already, of the DaemonSet kube-system/cilium') as string,
        fix: expect.stringContaining('network.cni: none in inventory.yaml') as string,
      },
    ])
    expect(found({ networks: ['kube-system/cilium'] }, {})).toEqual([])
  })

  test('that is Calico in the same place, that tripod applied, or that nothing keeps, stands in nobody’s way', () => {
    expect(found({ networks: ['kube-system/calico-node', 'kube-system/multus'] })).toEqual([])
    expect(found({ networks: ['calico-system/calico-node'] })).toHaveLength(1)
    expect(found({ configMaps: { 'tripod-network': {} }, networks: ['kube-system/multus'] })).toEqual([])
    expect(found({ networks: [] })).toEqual([])
    expect(findingsFor({ cluster: calico }).filter(({ id }) => id === 'P67')).toEqual([])
  })

  test('that no master tells is not taken for none', () => {
    const silent = SERVING
    expect(told({ m1: silent }, 'P67', calico)).toMatchObject([
      { severity: 'fatal', message: expect.stringContaining('could not be read') as string },
    ])
    const other = { ...SERVING, configMaps: {}, networks: [] }
    expect(told({ m1: silent, m2: other }, 'P67', calico)).toEqual([])
  })

  test('of manifests of the inventory needs what the cluster notes of them: what is wanted no more would be kept, or another one’s deleted', () => {
    const own = { network: { ...clusterOf({}).network, cni: { manifests: ['net.yaml'] } } }
    expect(told({ m1: SERVING }, 'P67', own)).toMatchObject([
      { severity: 'fatal', message: expect.stringContaining('which manifests lab has could not be read') as string },
    ])
    expect(told({ m1: SERVING, m2: { ...SERVING, configMaps: {} } }, 'P67', own)).toEqual([])
  })

  test('that tripod noted is not asked for once more', () => {
    expect(told({ m1: { ...SERVING, configMaps: { 'tripod-network': {} } } }, 'P67', calico)).toEqual([])
  })
})

describe('a master that counts and lacks files of one', () => {
  const without = (path: string) => Object.fromEntries(Object.entries(SERVING.files).filter(([one]) => one !== path))

  test('is refused, with what it lacks: nothing is made anew over what serves', () => {
    const scheduler = '/etc/kubernetes/manifests/kube-scheduler.yaml'
    expect(told({ m1: SERVING, m2: { ...SERVING, files: without(scheduler) } }, 'P54').map(worded)).toEqual([
      {
        id: 'P54',
        severity: 'fatal',
        node: 'm2',
        message: `serves, but lacks ${scheduler}`,
        fix: 'Put back what was taken out of m2, or leave it out: --skip-node m2',
      },
    ])
    const [found] = told({ m1: { ...SERVING, files: without('/etc/kubernetes/kubelet.conf') } }, 'P54')
    expect(said(found?.fix)).toContain('wait a minute')
    expect(told({ m1: SERVING, m2: DOWN }, 'P54')).toEqual([])
  })

  test('with its etcd elsewhere is one that tripod does not know how to keep', () => {
    const flags = { ...SERVING.flags, 'etcd-servers': 'https://10.9.9.1:2379' }
    const external = { ...SERVING, etcdData: false, files: without('/etc/kubernetes/manifests/etcd.yaml'), flags }
    expect(told({ m1: external, m2: external, m3: external }, 'P54')).toMatchObject([
      {
        severity: 'fatal',
        node: 'm1',
        message: expect.stringContaining('elsewhere (https://10.9.9.1:2379)') as string,
      },
      { node: 'm2' },
      { node: 'm3' },
    ])
  })
})

describe('masters of which none serves and none can begin', () => {
  test('are named with what they are, and who had joined', () => {
    expect(told({ w1: JOINED }, 'P52')).toMatchObject([
      {
        severity: 'fatal',
        message:
          'no master of lab serves, and none can initialise it: m1 is fresh, m2 is fresh, m3 is fresh, and w1 joined a cluster before',
      },
    ])
    expect(told({}, 'P52')).toEqual([])
    expect(told({ m1: DOWN, w1: JOINED }, 'P52')).toEqual([])
  })
})

describe('what no step changes of a running control plane', () => {
  const said = (kubernetes: Partial<KubernetesFacts>, cluster = {}) =>
    told({ m1: { ...SERVING, ...kubernetes } }, 'P55', cluster).map(({ message }) => message)

  test('is nothing where it runs as the inventory says', () => {
    expect(said({})).toEqual([])
    // How X.509 spells addresses of IPv6.
    const apiServer = { extraArgs: {}, certSANs: ['fd00::1'] }
    expect(said({ certSANs: [...(SERVING.certSANs ?? []), 'FD00:0:0:0:0:0:0:1'] }, { apiServer })).toEqual([])
  })

  test('is a name that its certificate lacks', () => {
    const apiServer = { extraArgs: {}, certSANs: ['api.example.org'] }
    expect(said({}, { apiServer })).toEqual([expect.stringContaining('does not have api.example.org')])
  })

  test('is no name of another master: one that joined later is none of its own', () => {
    const own = (SERVING.certSANs ?? []).filter((name) => !['m2', '10.0.0.12', 'm3', '10.0.0.13'].includes(name))
    expect(own.length).toBeLessThan(SERVING.certSANs?.length ?? 0)
    expect(said({ certSANs: own })).toEqual([])
    expect(said({ certSANs: own.filter((name) => name !== 'm1') })).toEqual([expect.stringContaining('have m1')])
  })

  test('is no short name, which goes as soon as another name begins alike', () => {
    const nodes = clusterOf({}).nodes.map((node) => ({ ...node, name: `${node.name}.example.com` }))
    const facts = (sans: readonly string[]) => ({ 'm1.example.com': { ...SERVING, certSANs: sans } })
    const all = certSANs(clusterOf({ nodes }))
    expect(all).toContain('m1')
    const whole = all.filter((name) => !['m1', 'm2', 'm3'].includes(name))
    expect(told(facts(whole), 'P55', { nodes })).toEqual([])
    expect(told(facts(whole.filter((name) => name !== 'm1.example.com')), 'P55', { nodes })).toHaveLength(1)
  })

  test('is a setting of kubelets, said once for all nodes, or of kube-proxy', () => {
    const kubeletConfig =
      'clusterDomain: old.local\nmaxPods: 110\nevictionHard:\n  memory.available: 100Mi\nsyncFrequency: 1m0s\n'
    const proxy = 'mode: iptables\nconntrack:\n  maxPerCore: null\n  min: null\n'
    const configMaps = { 'kube-proxy': { 'config.conf': proxy } }
    const worker = { ...SERVING, files: { '/etc/kubernetes/kubelet.conf': 'x' }, etcdData: false, kubeletConfig }
    const cluster = {
      kubelet: {
        maxPods: 250,
        evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '5%' },
        syncFrequency: '60s',
        failSwapOn: false,
        readOnlyPort: 0,
      },
      kubeProxy: { mode: 'ipvs', conntrack: { maxPerCore: null, min: 0 } },
    }
    const found = told({ m1: { ...SERVING, kubeletConfig, configMaps }, w1: worker }, 'P55', cluster)
    expect(found.map(({ message }) => message.replace(/, and an apply.*/, ''))).toEqual([
      'the kubelet of m1,w1 runs with network.dnsDomain: old.local, where the inventory has cluster.local',
      'the kubelet of m1,w1 runs with kubelet.maxPods: 110, where the inventory has 250',
      'the kubelet of m1,w1 runs without kubelet.evictionHard.nodefs.available, where the inventory has "5%"',
      'the kubelet of m1,w1 runs without kubelet.failSwapOn, where the inventory has false',
      'lab runs with kubeProxy.mode: iptables, where the inventory has ipvs',
      'lab runs with kubeProxy.conntrack.min: null, where the inventory has 0',
    ])
    expect(found.map((one) => worded(one).fix).join()).not.toContain('undefined')
  })

  test.each([
    ['a map', 'extraArgs:\n    authorization-mode: Node,RBAC\n    profiling: "false"\n'],
    ['a list', 'extraArgs:\n  - name: profiling\n    value: "false"\n'],
  ])('is an argument that the inventory has no more, which kubeadm noted in %s', (_, args) => {
    const configMaps = { 'kubeadm-config': { ClusterConfiguration: `apiServer:\n  ${args}` } }
    expect(said({ configMaps })).toEqual([
      expect.stringContaining('lab runs with apiServer.extraArgs.profiling: false, where the inventory has none'),
    ])
    const apiServer = { extraArgs: { profiling: 'false' }, certSANs: [] }
    expect(said({ configMaps, flags: { ...SERVING.flags, profiling: 'false' } }, { apiServer })).toEqual([])
  })

  test('is a network, a port or an argument that it runs without', () => {
    const flags = { ...SERVING.flags, 'cluster-cidr': '10.10.0.0/16', 'secure-port': '6443', 'audit-log-maxage': '7' }
    const apiServer = { extraArgs: { 'audit-log-maxage': '30', profiling: 'false' }, certSANs: [] }
    expect(said({ flags }, { apiServer })).toEqual([
      expect.stringContaining('runs with 10.10.0.0/16 as network.podSubnet, where the inventory has 10.244.0.0/16'),
      expect.stringContaining('--audit-log-maxage=30, and runs with 7'),
      expect.stringContaining('--profiling=false, and runs without it'),
      expect.stringContaining('--secure-port=6444, and runs with 6443'),
    ])
  })
})

describe('a machine that joined and whose Node somebody deleted', () => {
  test('is named with the way back, where a master can tell', () => {
    const worker: KubernetesFacts = { ...SERVING, files: { '/etc/kubernetes/kubelet.conf': 'x' }, etcdData: false }
    const found = (nodes: readonly string[] | undefined) =>
      told({ m1: { ...SERVING, ...(nodes && { nodes }) }, w1: worker }, 'P57')
    expect(found(['m1'])).toMatchObject([
      { severity: 'warning', node: 'w1', fix: expect.stringContaining('systemctl restart kubelet') as string },
    ])
    expect(found(['m1', 'w1'])).toEqual([])
    expect(found(undefined)).toEqual([])
  })
})

const CONFIG_V1 = 'cgroupDriver: systemd\nclusterDomain: cluster.local\n'
const noted = (kubelet: string, name = 'kubelet-config') => ({ [name]: { kubelet } })
const TODAY = { kubernetes: { version: '1.36.4', minor: 36 } }

describe("what tripod sets for kubelets, beside the cluster's ConfigMap from which they get it", () => {
  const accepting = { ...TODAY, accept: ['P11'] as const }
  const found = (configMaps: KubernetesFacts['configMaps'], { joiner = 'v2', cluster = {} } = {}) => {
    const kubernetes = { ...SERVING, ...(configMaps === undefined ? {} : { configMaps }) }
    const kernelFeatures = {
      ...soundFacts(clusterOf({}).nodes[3] as Node, 3).kernelFeatures,
      cgroup: joiner as 'v1' | 'v2',
    }
    const others = { m2: { kubernetes: SERVING }, m3: { kubernetes: SERVING }, w1: { kernelFeatures } }
    const facts = { m1: { kubernetes }, ...others }
    return findingsFor({ facts, cluster }).filter(({ id }) => id === 'P59')
  }

  test('stops a node with cgroup v1 that would get a kubelet which refuses to start, with the command', () => {
    expect(found(noted(CONFIG_V1), { joiner: 'v1', cluster: accepting })).toEqual([
      {
        id: 'P59',
        severity: 'fatal',
        node: 'w1',
        message:
          'the ConfigMap kubelet-config of lab does not have `failCgroupV1: false`, and the kubelet of w1 would not run with that',
        fix: 'Run `kubectl -n kube-system edit cm kubelet-config` and set `failCgroupV1: false` under data.kubelet',
      },
    ])
  })

  test('is only named if no node that joins needs it', () => {
    expect(found(noted(CONFIG_V1), { cluster: accepting })).toMatchObject([{ severity: 'warning' }])
    expect(found(noted(`${CONFIG_V1}failCgroupV1: false\n`), { joiner: 'v1', cluster: accepting })).toEqual([])
  })

  test('is read under the name of before 1.24, and every node needs the cgroup driver', () => {
    expect(found(noted('cgroupDriver: cgroupfs\n', 'kubelet-config-1.23'))).toMatchObject([
      { severity: 'fatal', node: 'w1', fix: expect.stringContaining('edit cm kubelet-config-1.23`') as string },
    ])
    expect(found(noted('cgroupDriver: cgroupfs\n'), { cluster: { kubelet: { cgroupDriver: 'cgroupfs' } } })).toEqual([])
  })

  test('is nothing as long as it cannot be read', () => {
    for (const configMaps of [undefined, {}, noted('{{'), { 'kubelet-config': {} }])
      expect(found(configMaps, { joiner: 'v1', cluster: accepting })).toEqual([])
  })

  test('has a mode for kube-proxy, too; no mode means iptables', () => {
    const proxy = (mode: string) => ({ m1: { ...SERVING, configMaps: { 'kube-proxy': { 'config.conf': mode } } } })
    expect(told(proxy('mode: ""\n'), 'P55')).toEqual([])
    expect(told(proxy('mode: ipvs\n'), 'P55')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('lab runs with kubeProxy.mode: ipvs') as string },
    ])
  })
})

describe('a cluster whose packages were lifted by hand', () => {
  const says = (version: string, others: Readonly<Record<string, KubernetesFacts>> = {}) => {
    const configMaps = { 'kubeadm-config': { ClusterConfiguration: `kubernetesVersion: v${version}\n` } }
    return told({ m1: { ...SERVING, configMaps }, ...others }, 'P50', TODAY)
  }

  test('gets no control-plane node before kubeadm upgraded it', () => {
    expect(says('1.36.0').map(({ severity, node }) => [severity, node])).toEqual([
      ['fatal', 'm2'],
      ['fatal', 'm3'],
    ])
    expect(says('1.35.8')[0]?.fix).toContain('kubeadm upgrade apply v1.36.4')
    expect(says('1.36.4')).toEqual([])
  })

  test('is named if none joins, and unknown is no difference', () => {
    expect(says('1.36.0', { m2: SERVING, m3: SERVING })).toMatchObject([{ severity: 'warning' }])
    expect(told({ m1: SERVING }, 'P50', TODAY)).toEqual([])
  })
})

describe('what runs on a node of the cluster', () => {
  const running = (version: string) => ({
    'kube-apiserver': `registry.example:5000/k8s/kube-apiserver:v${version}@sha256:0a`,
    'kube-scheduler': 'registry.k8s.io/kube-scheduler:v1.36.4',
    etcd: 'registry.k8s.io/etcd:3.6.5-0',
  })
  const says = (facts: Readonly<Record<string, Partial<Facts>>>) =>
    findingsFor({ facts, cluster: TODAY }).filter((one) => one.id === 'P50')
  const installed = { ...bare.packages, installed: { kubelet: '1.36.4-1.1' } }

  test('is named if a static pod has another version than the inventory', () => {
    const found = says({ m1: { kubernetes: { ...SERVING, images: running('1.35.8') } }, m2: { kubernetes: SERVING } })
    expect(found.map(({ severity, node }) => [severity, node])).toEqual([['warning', 'm1']])
    expect(found[0]?.message).toContain('runs kube-apiserver 1.35.8, and the inventory wants 1.36.4')
    expect(found[0]?.fix).toContain('kubeadm upgrade apply v1.36.4')
    // Who upgraded by hand and forgot the inventory must not be sent back.
    expect(found[0]?.fix).toContain('or set kubernetes.version in')
    expect(says({ m1: { kubernetes: { ...SERVING, images: running('1.36.4') } } })).toEqual([])
  })

  test('is named if a kubelet was not restarted since its package was changed', () => {
    const kubeletVersions = { m1: '1.36.4', m2: '1.35.8' }
    const found = says({
      m1: { kubernetes: { ...SERVING, kubeletVersions }, packages: installed },
      m2: { kubernetes: SERVING, packages: installed },
      m3: { kubernetes: SERVING, packages: installed },
    })
    expect(found.map(({ severity, node, fix }) => [severity, node, fix])).toEqual([
      ['warning', 'm2', 'Run `systemctl restart kubelet` there'],
    ])
    expect(found[0]?.message).toContain('still runs kubelet 1.35.8, and 1.36.4 is installed')
  })

  test('is no difference if it is unknown, or the image has no version in its tag', () => {
    const images = {
      'kube-apiserver': 'registry.k8s.io/kube-apiserver:latest',
      'kube-scheduler': 'localhost:5000/scheduler',
    }
    expect(says({ m1: { kubernetes: { ...SERVING, images }, packages: installed } })).toEqual([])
  })
})

describe('the right of API servers to talk to kubelets', () => {
  const asked = (kubeletAccess: boolean | undefined, version = '1.36.4', others = {}) => {
    const kubernetes = { version, minor: Number(version.split('.')[1]) }
    const m1 = { ...SERVING, ...(kubeletAccess === undefined ? {} : { kubeletAccess }) }
    return told({ m1, ...others }, 'P58', { kubernetes })
  }

  test('is given before a control-plane node joins that needs it', () => {
    const [first, second] = asked(false)
    expect([first, second]).toMatchObject([
      { severity: 'fatal', node: 'm2' },
      { severity: 'fatal', node: 'm3' },
    ])
    expect(first?.fix).toBe(
      'Run `kubectl create clusterrolebinding kubeadm:apiserver-kubelet-client --clusterrole=system:kubelet-api-admin --user=kube-apiserver-kubelet-client`',
    )
    expect(asked(false, '1.36.4', { m2: SERVING, m3: SERVING })).toMatchObject([{ severity: 'warning' }])
  })

  test.each(['1.33.12', '1.34.8', '1.35.5', '1.36.1', '1.37.0'])('is needed from kubeadm %s on', (version) => {
    expect(asked(false, version)).toHaveLength(2)
  })

  test.each(['1.32.13', '1.33.11', '1.34.7', '1.35.4', '1.36.0'])('is not needed with kubeadm %s', (version) => {
    expect(asked(false, version)).toEqual([])
  })

  test('is said to be unknown before a join, if the API did not answer', () => {
    expect(asked(undefined)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('did not say') as unknown },
    ])
    expect(asked(undefined, '1.36.4', { m2: SERVING, m3: SERVING })).toEqual([])
  })

  test('is not missed where it is there', () => {
    expect(asked(true)).toEqual([])
  })
})
