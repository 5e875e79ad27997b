import type { LookedAt } from '../../src/status/assemble.js'
import { describe, expect, test } from 'vitest'
import { TripodError } from '../../src/errors.js'
import { judge } from '../../src/status/judge.js'
import type { Answers } from '../../src/status/read.js'
import { answering, type Differences, NOW, sightWith } from './sight.js'
import { next, orLeaveOut } from '../../src/next-step.js'

const statusWith = (differs: Differences = {}) => judge(sightWith(differs))
/** `m1: what -> fix`. */
const findings = (differs: Differences) =>
  statusWith(differs).findings.map(({ node, what, fix }) => `${node === undefined ? '' : `${node}: `}${what} -> ${fix}`)

const unreachable = ({ node }: LookedAt): LookedAt => ({
  node,
  problem: new TripodError('NODE_UNREACHABLE', `${node.name}: no route`, next`Check its power${orLeaveOut('m3')}`),
})
const apiNode = (name: string, ready = 'True') => ({
  name,
  ready,
  kubelet: 'v1.28.15',
  runtime: 'containerd://1.6.20',
  message: 'said',
})
const members =
  (list: readonly { name: string; id?: string; learner?: boolean }[] | undefined) =>
  (well: LookedAt): LookedAt => {
    if (!well.facts) return well
    const { members: before = [], ...kubernetes } = well.facts.kubernetes
    const own = list?.map(({ name, id, learner = false }) => ({
      id: id ?? before.find((one) => one.name === name)?.id ?? '1',
      name,
      learner,
      peerURLs: [],
    }))
    return { ...well, facts: { ...well.facts, kubernetes: { ...kubernetes, ...(own && { members: own }) } } }
  }
const everywhere = (change: (well: LookedAt) => LookedAt) => ({ m1: change, m2: change, m3: change })

describe('a healthy cluster', () => {
  test('has no finding, and everything in its tables', () => {
    const { findings: none, nodes, etcd, vip, certificates, endpoint, ...rest } = statusWith()
    expect(none).toEqual([])
    expect(rest).toMatchObject({ cluster: 'lab', healthy: true, begun: true, strangers: [] })
    expect(nodes[0]).toEqual({
      name: 'm1',
      address: '10.0.0.11',
      roles: ['control-plane'],
      reached: true,
      state: 'control-plane-ready',
      ready: 'True',
      kubelet: '1.22.17',
      containerd: '1.6.20',
      clockSeconds: 0,
      clockUncertaintySeconds: 0,
    })
    expect(etcd?.map(({ name, leader, answers }) => [name, leader, answers])).toEqual([
      ['m1', true, true],
      ['m2', false, true],
      ['m3', false, true],
    ])
    expect(vip).toEqual({ address: '10.0.0.10', holders: ['m1'], unread: [] })
    expect(certificates[2]).toMatchObject({ node: 'm3', days: 363, notAfter: '2027-11-21T07:14:07.000Z' })
    expect(endpoint.from.map(({ ready }) => ready)).toEqual([true, true, true])
  })

  test('may have nodes that the inventory does not know', () => {
    const { healthy, strangers } = statusWith({
      looked: { m1: answering({ nodes: ['m1', 'm2', 'm3', 'old'].map((name) => apiNode(name)) }) },
    })
    expect([healthy, strangers]).toEqual([true, ['old']])
  })
})

describe('a signing key that ends', () => {
  test('is a warning with its day and the next command; the cluster is healthy all the same', () => {
    const ends = Date.parse('2026-12-29T12:00:00Z') / 1000
    const path = '/etc/apt/keyrings/tripod-kubernetes.asc'
    const withKey = (well: LookedAt): LookedAt =>
      well.facts
        ? {
            ...well,
            facts: {
              ...well.facts,
              clock: { ...well.facts.clock, epochSeconds: ends - 32 * 86_400 },
              packages: { ...well.facts.packages, signingKeys: [{ path, base64: '', ends }] },
            },
          }
        : well
    const { healthy, findings: none, warnings } = statusWith({ looked: everywhere(withKey) })
    expect([healthy, none]).toEqual([true, []])
    expect(warnings).toEqual([
      {
        what: `On m1, m2 and m3, the signing key ${path} ends on 2026-12-29`,
        fix: 'Run `tripod plan -i inventory.yaml`: it looks for a longer-lived file at the source',
      },
    ])
    expect(statusWith().warnings).toEqual([])
  })
})

describe('a node that could not be read', () => {
  test('is a row that says so, and neither healthy nor absent', () => {
    const { healthy, nodes, etcd, apiServers, vip, balancers, certificates, endpoint } = statusWith({
      states: { m3: undefined as never },
      looked: { m3: unreachable },
    })
    expect(healthy).toBe(false)
    expect(nodes[2]).toMatchObject({
      name: 'm3',
      reached: false,
      state: null,
      ready: 'True',
      clockSeconds: null,
      clockUncertaintySeconds: null,
    })
    expect(etcd?.[2]).toMatchObject({ name: 'm3', answers: null })
    expect(apiServers[2]).toMatchObject({ node: 'm3', ready: null })
    expect(vip).toMatchObject({ holders: ['m1'], unread: ['m3'] })
    expect(balancers[2]).toEqual({ node: 'm3', haproxy: null, keepalived: null, servers: null })
    expect(certificates[2]).toEqual({ node: 'm3', path: null, notAfter: null, days: null })
    expect(endpoint.from[2]).toMatchObject({ node: 'm3', ready: null })
  })

  test('is one finding, with the way to mend it', () => {
    expect(findings({ looked: { m3: unreachable } })).toEqual([
      'm3: could not be read: NODE_UNREACHABLE m3: no route -> Check its power',
    ])
  })

  test('leaves open who has the VIP', () => {
    expect(
      findings({
        looked: { m1: unreachable, m2: answering({ nodes: ['m1', 'm2', 'm3'].map((name) => apiNode(name)) }) },
      }),
    ).toContain('no host that could be read has 10.0.0.10 -> bring m1 back')
  })
})

describe('a cluster that is not initialised', () => {
  test('takes one line with the command that initialises it', () => {
    const differs: Differences = {
      states: { m1: 'fresh', m2: 'prepared', m3: 'fresh' },
      init: 'm1',
      looked: everywhere(({ node, facts }) => ({ node, ...(facts && { facts }) })),
    }
    expect(statusWith(differs)).toMatchObject({ healthy: false, begun: false })
    expect(findings(differs)).toEqual([
      'lab is not initialised: no master has a cluster yet -> tripod apply -i inventory.yaml',
    ])
  })
})

const ETCDCTL =
  "crictl exec $(crictl ps -q --name '^etcd$') etcdctl --cacert /etc/kubernetes/pki/etcd/ca.crt --cert /etc/kubernetes/pki/etcd/server.crt --key /etc/kubernetes/pki/etcd/server.key"

/** Each is the one finding of a cluster that is healthy otherwise. */
const ILL: readonly (readonly [string, Differences, string])[] = [
  [
    'a node that has not joined',
    { states: { m3: 'prepared' }, looked: { m3: ({ node, facts }) => ({ node, ...(facts && { facts }) }) } },
    'm3: has not joined yet (prepared) -> tripod apply -i inventory.yaml',
  ],
  [
    'a join that broke off',
    { states: { m3: 'control-plane-half' } },
    'm3: has joined only half (control-plane-half) -> tripod apply -i inventory.yaml',
  ],
  [
    'files of a stranger',
    { states: { m3: 'foreign' } },
    'm3: has the files of another cluster -> clean it if it is meant to be rebuilt, or take it out of inventory.yaml',
  ],
  [
    'a kubelet that is gone',
    { looked: { m1: answering({ nodes: [apiNode('m1'), apiNode('m2', 'Unknown'), apiNode('m3')] }) } },
    'm2: is not Ready, says the API (Unknown): said -> on m2: journalctl -u kubelet -n 50',
  ],
  [
    'a node that never registered',
    { looked: { m1: answering({ nodes: [apiNode('m1'), apiNode('m3')] }) } },
    'm2: is not among the nodes of the API -> on m2: journalctl -u kubelet -n 50',
  ],
  [
    'an API server that is not ready',
    { looked: { m2: answering({ api: { ready: false, said: 'it answers 500' } }) } },
    'm2: its API server is not ready: it answers 500 -> on m2: crictl ps -a --name kube-apiserver, and crictl logs of the newest',
  ],
  [
    'a list that is refused',
    { looked: { m1: answering({ nodes: undefined, nodesRefused: 'EOF' }) } },
    'm1: its API server does not list the nodes: EOF -> on m1: kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes',
  ],
  [
    'a member that does not answer',
    { looked: { m2: answering({ etcd: { silent: 'curl: (7)' } }) } },
    'm2: its etcd does not answer as a member: curl: (7) -> on m2: crictl ps -a --name etcd, and crictl logs of the newest',
  ],
  [
    'a member that has not started',
    { looked: everywhere(members([{ name: 'm1' }, { name: 'm2' }, { name: 'm3' }, { name: '', id: '255' }])) },
    `etcd: member ff was added and has not started -> if that machine never comes back, on m1: ${ETCDCTL} member remove ff`,
  ],
  [
    'a member of a node that is gone',
    { looked: everywhere(members([{ name: 'm1' }, { name: 'm2' }, { name: 'm3' }, { name: 'm9' }])) },
    `etcd: member m9 is no node of the inventory -> if that machine never comes back, on m1: ${ETCDCTL} member remove 1, then kubectl --kubeconfig /etc/kubernetes/admin.conf delete node m9`,
  ],
  [
    'a learner',
    { looked: everywhere(members([{ name: 'm1' }, { name: 'm2' }, { name: 'm3', learner: true }])) },
    `m3: its etcd learns and may not vote yet -> on m1: ${ETCDCTL} member promote dc305a1d32368da4`,
  ],
  [
    'a master without a member',
    { looked: everywhere(members([{ name: 'm1' }, { name: 'm2' }])) },
    'm3: is no member of etcd -> on m3: kubeadm reset -f, then tripod apply -i inventory.yaml',
  ],
  [
    'an alarm of etcd',
    {
      looked: {
        m1: answering({
          etcd: { id: '5242479109093272416', leader: '5242479109093272416', errors: ['alarm:NOSPACE'] },
        }),
      },
    },
    'm1: its etcd says: alarm:NOSPACE -> on m1: crictl ps -a --name etcd, and crictl logs of the newest',
  ],
  [
    'members that follow different leaders',
    { looked: { m2: answering({ etcd: { id: '906109007018742912', leader: '16', errors: [] } }) } },
    'etcd has no leader that all agree on (m1 48c106f94fe92b60, m2 10, m3 48c106f94fe92b60): of 3 voters 3 answer, 2 must -> tripod plan -i inventory.yaml',
  ],
  [
    'two holders',
    { looked: { m2: (well) => ({ ...well, ...(well.facts && { facts: { ...well.facts, vip: { held: true } } }) }) } },
    'm1 and m2 all have 10.0.0.10: they do not hear each other -> see that VRRP (IP protocol 112) passes between them; on each: journalctl -u keepalived -n 50',
  ],
  [
    'no holder',
    { looked: { m1: (well) => ({ ...well, ...(well.facts && { facts: { ...well.facts, vip: { held: false } } }) }) } },
    'no host has 10.0.0.10 -> tripod apply -i inventory.yaml',
  ],
  [
    'HAProxy stopped',
    {
      looked: {
        m2: answering({
          units: { haproxy: 'inactive', keepalived: 'active' },
          servers: undefined,
          serversRefused: 'no',
        }),
      },
    },
    'm2: haproxy is inactive -> on m2: journalctl -u haproxy -n 50; tripod apply -i inventory.yaml starts it',
  ],
  [
    'keepalived not known to run',
    { looked: { m2: answering({ units: { haproxy: 'active', keepalived: 'failed' } }) } },
    'm2: keepalived is failed -> on m2: journalctl -u keepalived -n 50; tripod apply -i inventory.yaml starts it',
  ],
  [
    'HAProxy that does not tell',
    { looked: { m2: answering({ servers: undefined, serversRefused: 'refused' }) } },
    'm2: HAProxy does not tell where it sends: refused -> on m2: journalctl -u haproxy -n 50',
  ],
  [
    'a master that HAProxy does not reach',
    {
      looked: {
        m1: answering({ servers: servers('up', 'down', 'up') }),
        m2: answering({ servers: servers('up', 'maintenance', 'up') }),
        m3: answering({ servers: servers('up', 'down', 'up') }),
      },
    },
    'm2: HAProxy does not send to it: down on m1 and m3, maintenance on m2 -> tripod doctor -i inventory.yaml tells whether the hosts reach each other',
  ],
  [
    'a master that HAProxy does not know',
    { looked: { m1: answering({ servers: servers('up', 'up') }) } },
    'm3: HAProxy does not send to it: missing on m1 -> tripod doctor -i inventory.yaml tells whether the hosts reach each other',
  ],
  [
    'an endpoint that two nodes do not reach',
    {
      looked: {
        m1: answering({ endpoint: { ready: false, said: 'timeout' } }),
        m3: answering({ endpoint: { ready: false, said: 'timeout' } }),
      },
    },
    'https://10.0.0.10:6443 does not serve m1 and m3: timeout -> tripod doctor -i inventory.yaml',
  ],
  [
    'a certificate that is damaged',
    { looked: { m2: broken } },
    'm2: certificate /etc/kubernetes/pki/ca.crt cannot be read -> on m2: kubeadm certs check-expiration',
  ],
  [
    'chrony that has lost its servers',
    { looked: { m2: timed({ leap: 'Not synchronised', offsetSeconds: 0 }) } },
    'm2: chrony says Not synchronised, 0.000 s off -> on m2: chronyc -n sources',
  ],
  [
    'a clock that is off',
    { looked: { m2: timed({ leap: 'Normal', offsetSeconds: -0.8 }) } },
    'm2: chrony says Normal, -0.800 s off -> on m2: chronyc -n sources',
  ],
  [
    'no clock daemon',
    { looked: { m2: timed(undefined) } },
    'm2: no daemon is known to keep its clock right -> tripod apply -i inventory.yaml',
  ],
]

function servers(...states: readonly ('up' | 'down' | 'maintenance')[]): Answers['servers'] {
  return states.map((state, index) => ({ name: `m${String(index + 1)}`, state }))
}

function broken(well: LookedAt): LookedAt {
  const { read = [] } = well.answers?.certificates ?? {}
  return answering({ certificates: { read, unreadable: ['/etc/kubernetes/pki/ca.crt'] } })(well)
}

function timed(chrony: { leap: string; offsetSeconds: number } | undefined) {
  return (well: LookedAt): LookedAt => {
    if (!well.facts) return well
    const { daemons, synchronized, adjustable } = well.facts.time
    const time = { daemons, synchronized, adjustable, ...(chrony && { chrony }) }
    return { ...well, facts: { ...well.facts, time } }
  }
}

describe('ill health is one line that names what is wrong and what comes next:', () => {
  test.each(ILL)('%s', (_what, differs, line) => {
    expect(findings(differs)).toEqual([line])
  })

  test('a member that an apply takes away: of a machine that has yet to join', () => {
    const all = members([{ name: 'm1' }, { name: 'm2' }, { name: 'm3', learner: true }])
    const half = { states: { m3: 'control-plane-half' as const }, looked: everywhere(all) }
    expect(findings(half)).toContain('m3: its etcd learns and may not vote yet -> tripod apply -i inventory.yaml')
    const unstarted = (well: LookedAt): LookedAt => {
      const { facts } = all(well)
      const added = facts?.kubernetes.members?.map((one) =>
        one.name === 'm3' ? { ...one, name: '', peerURLs: ['https://10.0.0.13:2380'] } : one,
      )
      return {
        ...well,
        ...(facts && added && { facts: { ...facts, kubernetes: { ...facts.kubernetes, members: added } } }),
      }
    }
    expect(findings({ ...half, looked: everywhere(unstarted) })).toContain(
      'etcd: member dc305a1d32368da4 was added and has not started -> tripod apply -i inventory.yaml',
    )
  })

  test('certificates near their end', () => {
    const now = Date.parse('2027-11-10T00:00:00Z')
    expect(findings({ now })[0]).toBe(
      'm1: /etc/kubernetes/pki/apiserver-kubelet-client.crt expires at 2027-11-21T07:14:07.000Z -> on m1: kubeadm certs renew all, then restart the pods of its control plane',
    )
    expect(findings({ now: NOW + 400 * 86_400_000 })[0]).toContain('apiserver-kubelet-client.crt expired at 2027')
  })

  test('a clock beside the others', () => {
    const ahead = (well: LookedAt): LookedAt => ({
      ...well,
      ...(well.facts && { facts: { ...well.facts, clock: { ...well.facts.clock, offsetSeconds: 3 } } }),
    })
    expect(findings({ looked: { m2: ahead } })[0]).toContain('m2: Clock of m2 is 3.0 s ahead of the other nodes')
    expect(statusWith({ looked: { m2: ahead } }).nodes[1]?.clockSeconds).toBe(3)
  })
})

describe('a lost majority', () => {
  test('is told where nobody has a leader, however little else can be told', () => {
    const alone = (well: LookedAt): LookedAt =>
      answering({
        nodes: undefined,
        api: { ready: false, said: '500' },
        etcd: { id: '5242479109093272416', leader: '0', errors: ['etcdserver: no leader'] },
      })(well)
    const differs: Differences = {
      states: { m1: 'control-plane-down' },
      acting: 'none',
      looked: { m1: alone, m2: unreachable, m3: unreachable },
    }
    expect(findings(differs)).toContain(
      'etcd has no leader that all agree on (m1 none): of 3 voters 1 answer, 2 must -> tripod plan -i inventory.yaml',
    )
    expect(findings(differs)).toContain(
      'no master of lab serves: which nodes are Ready cannot be told -> tripod plan -i inventory.yaml',
    )
    const silent = {
      ...differs,
      looked: { ...differs.looked, m1: (well: LookedAt) => members(undefined)(alone(well)) },
    }
    expect(statusWith(silent).etcd).toBeNull()
    expect(findings(silent)).toContain('etcd: no master tells its members -> tripod plan -i inventory.yaml')
  })
})

describe('the network of a cluster', () => {
  const named = { ready: false, said: '10.96.0.10 gives no answer' }
  const pods = (available: number, name = 'kube-system/coredns') =>
    answering({ systemPods: [{ name, wanted: 2, available }] })

  test('is ill where its DNS does not answer, in one line for all that hear the same', () => {
    expect(findings({ looked: { m2: answering({ dns: named }), m3: answering({ dns: named }) } })).toEqual([
      expect.stringMatching(
        /^the cluster's DNS does not serve m2 and m3: 10\.96\.0\.10 gives no answer -> on m2: crictl/,
      ),
    ])
  })

  test('is not blamed where no API server is ready', () => {
    const silent = answering({ dns: named, api: { ready: false, said: 'EOF' } })
    expect(findings({ looked: everywhere(silent) }).join()).not.toContain('DNS')
  })

  test('is ill where its own pods are missing: those of kubeadm and Calico may come, of others nobody knows', () => {
    const one = statusWith({ looked: { m1: pods(1) } })
    expect(one.systemPods).toEqual([{ name: 'kube-system/coredns', wanted: 2, available: 1 }])
    expect(one.findings).toMatchObject([{ what: 'kube-system/coredns: of 2 pods 1 are available', mayPass: true }])
    const other = statusWith({ looked: { m1: pods(0, 'kube-system/metrics-server') } })
    expect([other.findings.length, other.findings[0]?.mayPass]).toEqual([1, undefined])
    expect(statusWith({ looked: { m1: pods(2) } }).healthy).toBe(true)
  })

  test('is not taken for whole where its pods could not be listed', () => {
    const refused = answering({ systemPods: undefined, systemPodsRefused: 'Forbidden' })
    const { findings: found, systemPods } = statusWith({ looked: { m1: refused } })
    expect(systemPods).toBeNull()
    expect(found).toMatchObject([
      { node: 'm1', what: 'its API server does not list the pods of the cluster: Forbidden' },
    ])
  })
})

describe('a cluster whose packages were lifted by hand', () => {
  const kubernetes = { version: '1.36.4', minor: 36 }
  const noted = { 'kubeadm-config': { ClusterConfiguration: 'kubernetesVersion: v1.36.0\n' } }
  const lifted = (differs: object) => (well: LookedAt) =>
    well.facts === undefined
      ? well
      : { ...well, facts: { ...well.facts, kubernetes: { ...well.facts.kubernetes, ...differs } } }

  test('is ill: kubeadm noted another version, and the next API server could not talk to kubelets', () => {
    const told = { configMaps: noted, kubeletAccess: false }
    const { findings: found, healthy } = statusWith({ cluster: { kubernetes }, looked: { m1: lifted(told) } })
    expect(healthy).toBe(false)
    expect(found.map(({ fix }) => fix)).toEqual([
      expect.stringContaining('kubeadm upgrade apply v1.36.4'),
      expect.stringContaining('kubectl create clusterrolebinding kubeadm:apiserver-kubelet-client'),
    ])
  })

  test('is not taken for ill where the API told neither', () => {
    expect(statusWith({ cluster: { kubernetes } }).healthy).toBe(true)
  })
})
