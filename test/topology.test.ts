import { describe, expect, test } from 'vitest'
import { TripodError } from '../src/errors.js'
import type { KubernetesFacts } from '../src/facts/facts.js'
import { topologyOf, type NodeState } from '../src/topology.js'
import { clusterOf, soundFacts } from './checks/machines.js'

const NOTHING: KubernetesFacts = { files: {}, etcdData: false, apiLive: false, shadowing: [], flags: {}, images: {} }
const K = '/etc/kubernetes'
const CA_SET = [`${K}/pki/ca.crt`, `${K}/pki/ca.key`, `${K}/pki/sa.key`, `${K}/pki/etcd/ca.crt`]
const MANIFESTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
  (name) => `${K}/manifests/${name}.yaml`,
)
const withFiles = (paths: readonly string[], rest: Partial<KubernetesFacts> = {}): KubernetesFacts => ({
  ...NOTHING,
  files: Object.fromEntries(paths.map((path) => [path, 'aa'])),
  ...rest,
})
const JOINED = withFiles([`${K}/kubelet.conf`, `${K}/pki/ca.crt`], { caHash: 'ours' })
const MASTER = withFiles([...CA_SET, ...MANIFESTS, `${K}/kubelet.conf`, `${K}/admin.conf`], {
  caHash: 'ours',
  etcdData: true,
  apiLive: true,
  shadowing: [],
  flags: {},
  images: {},
})

const EXTERNAL = withFiles([...CA_SET, ...MANIFESTS.slice(1), `${K}/kubelet.conf`, `${K}/pki/apiserver.crt`], {
  caHash: 'ours',
  apiLive: true,
  flags: { 'etcd-servers': 'https://10.9.9.1:2379,https://10.9.9.2:2379' },
})
const VOTERS = ['m1', 'm2', 'm3'].map((name) => ({ id: name, name, peerURLs: [], learner: false }))
const withoutFile = (path: string): KubernetesFacts => ({
  ...MASTER,
  files: Object.fromEntries(Object.entries(MASTER.files).filter(([one]) => one !== path)),
})
const WITHOUT_SCHEDULER = { ...withoutFile(`${K}/manifests/kube-scheduler.yaml`), apiLive: false }
const WITHOUT_KUBELET = withoutFile(`${K}/kubelet.conf`)

function topology(kubernetes: Readonly<Record<string, KubernetesFacts>>, recorded: readonly string[] = []) {
  const cluster = clusterOf({})
  const entry = { step: 'swap', wanted: 'a', state: 'applied' as const, before: null }
  const seen = cluster.nodes.map((node, index) => ({
    node,
    facts: {
      ...soundFacts(node, index),
      kubernetes: kubernetes[node.name] ?? NOTHING,
      record: { entries: recorded.includes(node.name) ? { 'file:/x': entry } : {} },
    },
  }))
  return topologyOf(cluster, seen)
}

function contradiction(kubernetes: Readonly<Record<string, KubernetesFacts>>): TripodError {
  try {
    topology(kubernetes)
  } catch (error) {
    if (error instanceof TripodError) return error
    throw error
  }
  throw new Error('no contradiction was found')
}

const STATES: readonly (readonly [string, string, KubernetesFacts, NodeState])[] = [
  ['nothing of a cluster', 'm1', NOTHING, 'fresh'],
  ['CA set files alone', 'm1', withFiles(CA_SET, { caHash: 'ours' }), 'fresh'],
  ['some CA set files', 'm1', withFiles([`${K}/pki/sa.key`]), 'fresh'],
  ['all manifests and a living API', 'm1', MASTER, 'control-plane-ready'],
  ['all manifests and a dead API', 'm1', { ...MASTER, apiLive: false }, 'control-plane-down'],
  ['three manifests', 'm1', withFiles(MANIFESTS.slice(1)), 'control-plane-half'],
  ['three manifests and a living API', 'm1', withFiles(MANIFESTS.slice(1), { apiLive: true }), 'control-plane-ready'],
  ['a living API with etcd elsewhere', 'm1', EXTERNAL, 'control-plane-ready'],
  ['a dead API with etcd elsewhere', 'm1', { ...EXTERNAL, apiLive: false }, 'control-plane-down'],
  [
    'a join cut off before etcd had its manifest',
    'm1',
    { ...EXTERNAL, apiLive: false, flags: { 'etcd-servers': 'https://[::1]:2379' } },
    'control-plane-half',
  ],
  [
    'a scheduler taken out, and an etcd that votes',
    'm1',
    { ...WITHOUT_SCHEDULER, members: VOTERS },
    'control-plane-down',
  ],
  ['a dead API and no kubelet.conf', 'm1', { ...WITHOUT_KUBELET, apiLive: false }, 'control-plane-half'],
  ['a living API and no kubelet.conf', 'm1', WITHOUT_KUBELET, 'control-plane-ready'],
  ['files of others beside kubeadm’s', 'm1', withFiles([`${K}/pki/oidc-ca.crt`, `${K}/audit.conf`]), 'fresh'],
  ['the authority alone', 'w1', withFiles([`${K}/pki/ca.crt`]), 'worker-half'],
  ['the authority of nobody else', 'w1', withFiles([`${K}/pki/ca.crt`], { caHash: 'theirs' }), 'foreign'],
  [
    'a served certificate and no manifest',
    'm1',
    withFiles([...CA_SET, `${K}/pki/apiserver.crt`]),
    'control-plane-half',
  ],
  ['etcd data alone', 'm1', { ...NOTHING, etcdData: true }, 'control-plane-half'],
  ['kubelet.conf', 'w1', JOINED, 'worker-ready'],
  [
    'kubelet.conf and a copied admin.conf',
    'w1',
    { ...JOINED, files: { ...JOINED.files, [`${K}/admin.conf`]: 'aa' } },
    'worker-ready',
  ],
  ['a copied admin.conf alone', 'w1', withFiles([`${K}/admin.conf`]), 'fresh'],
  ['bootstrap-kubelet.conf alone', 'w1', withFiles([`${K}/bootstrap-kubelet.conf`]), 'worker-half'],
]

describe('where a node stands', () => {
  test.each(STATES)('%s on %s', (_, name, kubernetes, state) => {
    expect(topology({ [name]: kubernetes }).states[name]).toBe(state)
  })

  test('prepared: fresh, and recorded by an earlier run; a joined node stays what it is', () => {
    const { states } = topology({ w1: JOINED }, ['m1', 'w1'])
    expect(states).toEqual({ m1: 'prepared', m2: 'fresh', m3: 'fresh', w1: 'worker-ready' })
  })

  test('the authority is that of those that joined, or of a CA set put in place', () => {
    expect(topology({}).caHash).toBeUndefined()
    expect(topology({ m1: MASTER, w1: JOINED }).caHash).toBe('ours')
    expect(topology({ m1: withFiles(CA_SET, { caHash: 'placed' }) }).caHash).toBe('placed')
  })

  test('a CA set of another cluster beside a running one is foreign, with the same one fresh', () => {
    const { states } = topology({
      m1: MASTER,
      m2: withFiles(CA_SET, { caHash: 'theirs' }),
      m3: withFiles(CA_SET, { caHash: 'ours' }),
    })
    expect(states).toMatchObject({ m1: 'control-plane-ready', m2: 'foreign', m3: 'fresh' })
  })
})

/** m1 and m2 serve and list these members; m3's API server does not answer. */
describe('a master whose API server is silent while others serve', () => {
  const DOWN = { ...MASTER, apiLive: false }
  const m3 = (kubernetes: KubernetesFacts, members: KubernetesFacts['members']) => {
    const serving = { ...MASTER, ...(members && { members }) }
    return topology({ m1: serving, m2: serving, m3: kubernetes }).states['m3']
  }
  const [V1, V2, V3] = VOTERS
  if (!V1 || !V2 || !V3) throw new Error('three members')

  test('is down where it has a vote, or nobody tells', () => {
    expect(m3(DOWN, VOTERS)).toBe('control-plane-down')
    expect(m3(DOWN, undefined)).toBe('control-plane-down')
    expect(m3(WITHOUT_SCHEDULER, VOTERS)).toBe('control-plane-down')
  })

  test('is down where it was added and has not started yet: before 1.29 that is a vote, and it may start', () => {
    const added = { ...V3, name: '', peerURLs: ['https://10.0.0.13:2380'] }
    expect(m3(DOWN, [V1, V2, added])).toBe('control-plane-down')
  })

  test('is half where they do not know it, or only as one that learns: nobody else will ever promote it', () => {
    expect(m3(DOWN, [V1, V2])).toBe('control-plane-half')
    expect(m3({ ...DOWN, members: [V1, V2, { ...V3, learner: true }] }, [V1, V2, { ...V3, learner: true }])).toBe(
      'control-plane-half',
    )
  })

  test('is half without kubelet.conf, voter or not, unless its etcd lives: nothing can start it', () => {
    const stopped = { ...WITHOUT_KUBELET, apiLive: false }
    expect(m3(stopped, VOTERS)).toBe('control-plane-half')
    expect(m3({ ...stopped, members: VOTERS }, VOTERS)).toBe('control-plane-down')
  })

  test('is judged by no list in which the one who tells is not itself', () => {
    const others = ['a', 'b'].map((name) => ({ ...V1, name }))
    expect(m3(DOWN, others)).toBe('control-plane-down')
  })
})

describe('contradictions', () => {
  test('two clusters among the nodes: both named with their hashes, nothing guessed', () => {
    const error = contradiction({ m1: MASTER, w1: { ...JOINED, caHash: 'theirs' } })
    expect(error).toMatchObject({ code: 'TOPOLOGY_CONTRADICTION', exit: 13 })
    expect(error.message).toContain('m1 (ours), w1 (theirs)')
    expect(error.hint).toContain('inventory.yaml')
  })

  test('two CA sets before anyone joined', () => {
    const error = contradiction({ m1: withFiles(CA_SET, { caHash: 'a' }), m2: withFiles(CA_SET, { caHash: 'b' }) })
    expect(error.code).toBe('TOPOLOGY_CONTRADICTION')
  })

  test('a control plane on a node that is only a worker in the inventory', () => {
    const error = contradiction({ w1: MASTER })
    expect(error.message).toContain('w1 has files of a control plane')
    expect(error.detail.node).toBe('w1')
  })
})

describe('who begins a cluster, and who is spoken to', () => {
  const roles = (...args: Parameters<typeof topology>) => {
    const { init, acting } = topology(...args)
    return { init, acting }
  }
  const HALF = withFiles([`${K}/pki/apiserver.crt`])
  const DATA: KubernetesFacts = { ...HALF, etcdData: true }

  test('the first master begins where nobody has anything', () => {
    expect(roles({})).toEqual({ init: 'm1', acting: 'm1' })
  })

  test('nobody begins another one where one serves: a wiped first master joins it', () => {
    expect(roles({ m2: MASTER, m3: MASTER })).toEqual({ init: undefined, acting: 'm2' })
    expect(roles({ m3: MASTER, m1: HALF })).toEqual({ init: undefined, acting: 'm3' })
  })

  test('who was at it goes on, whoever holds data of an etcd before all others', () => {
    expect(roles({ m2: HALF })).toEqual({ init: 'm2', acting: 'm2' })
    expect(roles({ m1: HALF, m3: DATA })).toEqual({ init: 'm3', acting: 'm3' })
  })

  test('nobody begins where one may be: a control plane that is down, two with data, a worker that joined', () => {
    const none = { init: undefined, acting: undefined }
    expect(roles({ m2: { ...MASTER, apiLive: false } })).toEqual(none)
    expect(roles({ m1: DATA, m2: DATA })).toEqual(none)
    expect(roles({ w1: JOINED })).toEqual(none)
  })

  test('nor where an API server lives, whatever else its master lacks', () => {
    const all = (one: KubernetesFacts) => roles({ m1: one, m2: one, m3: one })
    expect(all(EXTERNAL)).toEqual({ init: undefined, acting: 'm1' })
    expect(all({ ...EXTERNAL, apiLive: false })).toEqual({ init: undefined, acting: undefined })
    expect(all(WITHOUT_KUBELET)).toEqual({ init: undefined, acting: 'm1' })
  })

  test('after a reboot of all, while no API server answers yet, nobody is half and nobody begins', () => {
    const booting = { ...MASTER, apiLive: false }
    const { states, init, acting } = topology({ m1: booting, m2: booting, m3: booting, w1: JOINED })
    expect(states).toEqual({
      m1: 'control-plane-down',
      m2: 'control-plane-down',
      m3: 'control-plane-down',
      w1: 'worker-ready',
    })
    expect([init, acting]).toEqual([undefined, undefined])
  })

  test('files of others are in nobody’s way, nor the rest of a worker’s join', () => {
    const others = withFiles([`${K}/pki/oidc-ca.crt`])
    expect(roles({ m1: others, m2: others, m3: others })).toEqual({ init: 'm1', acting: 'm1' })
    const rest = withFiles([`${K}/bootstrap-kubelet.conf`])
    expect(roles({ m1: rest })).toEqual({ init: 'm2', acting: 'm2' })
    expect(roles({ m1: rest, m2: rest, m3: rest })).toEqual({ init: 'm1', acting: 'm1' })
  })

  test('nor where a master was not looked at', () => {
    const cluster = clusterOf({})
    const seen = cluster.nodes
      .map((node, index) => ({ node, facts: { ...soundFacts(node, index), kubernetes: NOTHING } }))
      .filter(({ node }) => node.name !== 'm3')
    expect(topologyOf(cluster, seen).init).toBeUndefined()
  })
})

describe('whatever three masters and a worker are, in any combination', () => {
  const alone = (name: string) => [{ id: name, name, peerURLs: [], learner: false }]
  const MASTERS: readonly KubernetesFacts[] = [
    NOTHING,
    withFiles(CA_SET, { caHash: 'ours' }),
    withFiles([`${K}/pki/apiserver.crt`], { caHash: 'ours' }),
    { ...NOTHING, etcdData: true },
    { ...MASTER, members: VOTERS },
    { ...MASTER, apiLive: false },
    { ...WITHOUT_SCHEDULER, members: VOTERS },
    WITHOUT_KUBELET,
    EXTERNAL,
    { ...EXTERNAL, apiLive: false },
  ]
  const all = MASTERS.flatMap((m1) =>
    MASTERS.flatMap((m2) =>
      MASTERS.flatMap((m3) => [NOTHING, JOINED, withFiles([`${K}/pki/ca.crt`])].map((w1) => ({ m1, m2, m3, w1 }))),
    ),
  )

  test('who serves or votes is never half, and then nobody begins a cluster', () => {
    for (const facts of all) {
      const { states, init, acting } = topology(facts)
      const masters = [facts.m1, facts.m2, facts.m3].map((one, index) => ({ one, name: `m${index + 1}` }))
      const standing = masters.filter(
        ({ one, name }) => one.apiLive || one.members?.some((member) => member.name === name),
      )
      for (const { name } of standing) expect(states[name]).toMatch(/^control-plane-(ready|down)$/)
      if (standing.length > 0) expect(init).toBeUndefined()
      if (init !== undefined) expect(states[init]).not.toMatch(/ready|down|foreign/)
      if (init !== undefined) expect(acting).toBe(init)
    }
  })

  test('a master that begins anew is the only one that holds data of an etcd', () => {
    for (const facts of all) {
      const { init } = topology(facts)
      const holders = Object.entries(facts).flatMap(([name, one]) => (one.etcdData ? [name] : []))
      if (init !== undefined && holders.length > 0) expect(holders).toEqual([init])
    }
    expect(topology({ m1: { ...MASTER, members: alone('m1') } }).init).toBeUndefined()
  })
})
