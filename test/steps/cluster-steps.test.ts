import { describe, expect, test } from 'vitest'
import type { EtcdMember, Facts } from '../../src/facts/facts.js'
import type { Node } from '../../src/inventory/cluster.js'
import type { CommandResource, Resource } from '../../src/resources/resource.js'
import { steps } from '../../src/steps/index.js'
import { kubeadmFailure } from '../../src/steps/kubeadm/kubeadm-failure.js'
import { etcdUrl } from '../../src/steps/control-plane/etcd-member.js'
import type { ClusterContext, StepContext } from '../../src/steps/step.js'
import type { NodeState, Topology } from '../../src/topology.js'
import { contextWith } from './context.js'
import { parses, runScript } from './run-script.js'
import { lines, sh } from '../../src/shell.js'
import { said } from '../said.js'

const canMount = process.getuid?.() === 0 && process.platform === 'linux'
if (!canMount) console.warn('SKIPPED: authorities are given back after a failed reset (only root on Linux can mount)')

const base = contextWith()
const named = (name: string, last: number, roles: Node['roles']): Node => ({
  ...base.node,
  name,
  address: `10.0.0.${last}`,
  roles,
})
const NODES = [
  named('m1', 11, ['control-plane']),
  named('m2', 12, ['control-plane']),
  named('m3', 13, ['control-plane', 'worker']),
  named('w1', 21, ['worker']),
]

/** A cluster of three masters and a worker of which this is known; who begins is m1 unless told. */
function situation(
  states: Readonly<Record<string, NodeState>>,
  who: Pick<Topology, 'init' | 'acting'>,
  facts: Readonly<Record<string, Partial<Facts>>> = {},
): ClusterContext {
  const all = { m1: 'fresh', m2: 'fresh', m3: 'fresh', w1: 'fresh', ...states } as const
  return {
    cluster: { ...base.cluster, nodes: NODES },
    topology: { states: all, ...who },
    seen: NODES.map((node) => ({ node, facts: { ...base.facts, ...facts[node.name] } })),
    runId: 'r1',
    authorities: { caHash: 'sha256:ab', digests: {} as never, origin: 'from m1' },
  }
}

/** Names of what is wanted on each node by the steps that build the cluster. */
function wanted(context: ClusterContext): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(NODES.map((node) => [node.name, resourcesOn(node, context).map(shown)]))
}

function resourcesOn(node: Node, context: ClusterContext): readonly Resource[] {
  const facts = context.seen.find((one) => one.node.name === node.name)?.facts ?? base.facts
  const own: StepContext = { ...context, node, facts, os: base.os }
  const building = steps.slice(steps.findIndex(({ id }) => id === 'images'))
  return building.filter((step) => step.runsOn(node, context)).flatMap((step) => step.resources(own))
}

const shown = (one: Resource): string =>
  one.kind === 'command' ? one.summary : one.kind === 'file' ? one.path.replace('/etc/kubernetes/pki/', '') : one.kind
const withoutCa = (all: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(all).map(([node, names]) => [node, names.filter((name) => !/\.(crt|key|pub)$/.test(name))]),
  )
const PULL = 'pull what `kubeadm config images list` names'
const CONFIG = '~/.kube/config of root'
const BEGINS = { init: 'm1', acting: 'm1' }
const entry = (step: string) => ({
  record: { entries: { 'command:kubeadm': { step, wanted: 'a', state: 'applied' as const, before: null } } },
})

describe('a cluster', () => {
  test('gives workers the kubeconfig of an administrator only where it is told to, by way of a master', () => {
    const context = situation({ m1: 'control-plane-ready', w1: 'worker-ready' }, { acting: 'm1' })
    const workers = { ...context, cluster: { ...context.cluster, kubeconfig: { workers: true } } }
    const on = (one: ClusterContext) =>
      resourcesOn(one.cluster.nodes[3] ?? base.node, one).find(
        ({ kind, ...rest }) => kind === 'command' && 'id' in rest && rest.id === 'kubeconfig',
      )
    expect(on(context)).toBeUndefined()
    const command = on(workers) as CommandResource
    expect(command.inputs).toEqual([
      { name: 'admin.conf', content: { text: '{{conf}}', references: { conf: 'node:m1:/etc/kubernetes/admin.conf' } } },
    ])
    expect(command.run.text).toContain('"$INPUTS/admin.conf"')
    expect([command.run, command.doneWhen].map(parses)).toEqual([true, true])
  })

  test('is begun by one master, and joined by all others', () => {
    expect(withoutCa(wanted(situation({}, BEGINS)))).toEqual({
      m1: [PULL, 'kubeadm init', 'labels and taints', CONFIG],
      m2: [PULL, 'kubeadm join', CONFIG],
      m3: [PULL, 'kubeadm join', CONFIG],
      w1: ['pull kube-proxy and pause', 'kubeadm join'],
    })
  })

  test('gives every master the whole set of authorities, keys as secrets, and no worker anything of it', () => {
    const context = situation({}, BEGINS)
    const files = NODES.map((node) => resourcesOn(node, context).filter((one) => one.kind === 'file'))
    expect(files.map(({ length }) => length)).toEqual([8, 8, 8, 0])
    for (const one of files[0] ?? []) {
      expect([one.path, one.sensitive, one.mode]).toEqual(
        one.path.endsWith('.key') ? [one.path, true, 0o600] : [one.path, undefined, 0o644],
      )
    }
  })

  test('whose authorities nobody can tell gives none to any master, and takes none away that it gave before', () => {
    const context = situation({ m1: 'control-plane-ready' }, { acting: 'm1' })
    const path = '/etc/kubernetes/pki/ca.crt'
    const files = { [path]: 'aa', '/etc/kubernetes/pki/ca.key': 'bb' }
    const unknown = (topology: Topology) =>
      situation(
        {},
        {},
        {
          m2: {
            kubernetes: { ...base.facts.kubernetes, files },
            record: {
              entries: { [`file:${path}`]: { step: 'certificates', wanted: 'a', state: 'applied', before: null } },
            },
          },
        },
      ).seen.flatMap(({ node }, _index, seen) =>
        resourcesOn(node, { cluster: context.cluster, seen, topology })
          .filter((one) => one.kind === 'file')
          .map((one) => [node.name, one.path, one.contentDigest]),
      )
    expect(unknown({ ...context.topology, caHash: 'ab' })).toEqual([['m2', path, 'aa']])
    expect(unknown({ states: context.topology.states })).toEqual([['m2', path, 'aa']])
    expect(unknown({ states: {}, ...BEGINS })).toHaveLength(24)
  })

  test('that stands wants of each node what its record says of it, and no images any more', () => {
    const ready = {
      m1: 'control-plane-ready',
      m2: 'control-plane-ready',
      m3: 'control-plane-ready',
      w1: 'worker-ready',
    } as const
    const facts = {
      m1: entry('control-plane-init'),
      m2: entry('control-plane-join'),
      m3: entry('control-plane-join'),
      w1: entry('worker-join'),
    }
    expect(withoutCa(wanted(situation(ready, { acting: 'm1' }, facts)))).toEqual({
      m1: ['kubeadm init', 'labels and taints', CONFIG],
      m2: ['kubeadm join', CONFIG],
      m3: ['kubeadm join', CONFIG],
      w1: ['kubeadm join'],
    })
  })

  test('takes a first master that was wiped back as one that joins, after its old membership went', () => {
    const members: readonly EtcdMember[] = [
      { id: '11', name: 'm1', peerURLs: ['https://10.0.0.11:2380'], learner: false },
      { id: '12', name: 'm2', peerURLs: ['https://10.0.0.12:2380'], learner: false },
    ]
    const states = { m2: 'control-plane-ready', m3: 'control-plane-ready', w1: 'worker-ready' } as const
    const kubernetes = { ...base.facts.kubernetes, members }
    const context = situation(states, { acting: 'm2' }, { m2: { kubernetes, ...entry('control-plane-join') } })
    const { m1, m2 } = withoutCa(wanted(context))
    expect(m1).toEqual([PULL, 'kubeadm join', CONFIG])
    expect(m2).toEqual([
      'take m1 as it was before out of etcd and the cluster',
      'kubeadm token create',
      'kubeadm join',
      'labels and taints',
      CONFIG,
    ])
  })

  test('forgets no master as long as etcd does not tell its members: not told is not the same as none', () => {
    const states = { m1: 'control-plane-ready', m2: 'control-plane-ready' } as const
    const untold = (members?: readonly EtcdMember[]) => {
      const kubernetes = { ...base.facts.kubernetes, ...(members && { members }) }
      const context = situation(states, { acting: 'm1' }, { m1: { kubernetes } })
      const all = resourcesOn(NODES[0] ?? base.node, context).filter((one) => one.kind === 'command')
      return ['forget:m3', 'forget:w1'].filter((id) =>
        all.find((one) => one.id === id)?.doneWhen.text.includes('etcd did not tell its members'),
      )
    }
    expect(untold()).toEqual(['forget:m3'])
    expect(untold([])).toEqual([])
  })

  test('clears what an unfinished init or join left before it begins again', () => {
    const states = { m1: 'control-plane-ready', m2: 'control-plane-half', w1: 'worker-half' } as const
    const { m2, w1 } = withoutCa(wanted(situation(states, { acting: 'm1' })))
    const reset = 'kubeadm reset of an unfinished init or join'
    expect(m2).toEqual([PULL, reset, 'kubeadm join', CONFIG])
    expect(w1).toEqual(['pull kube-proxy and pause', reset, 'kubeadm join'])
  })

  const halfOn = (node: Node | undefined, state: NodeState, kubernetes: Partial<Facts['kubernetes']> = {}) => {
    if (node === undefined) throw new Error('no such node')
    const facts = { [node.name]: { kubernetes: { ...base.facts.kubernetes, ...kubernetes } } }
    const context = situation({ m1: 'control-plane-ready', [node.name]: state }, { acting: 'm1' }, facts)
    const found = resourcesOn(node, context).find(
      (one): one is CommandResource => one.kind === 'command' && one.id === 'reset-unfinished',
    )
    if (found === undefined) throw new Error('nothing is reset')
    expect([found.run, found.doneWhen].map(parses)).toEqual([true, true])
    return found
  }

  test('takes the authority off a worker whose join failed, and leaves that of a master and what lies beside it', () => {
    const path = '/etc/kubernetes/pki/ca.crt'
    const worker = halfOn(NODES[3], 'worker-half', { files: { [path]: 'aa' } })
    expect(worker.run.text).toContain('etcd/healthcheck-client ca; do rm -f "$keep/$name.crt"')
    expect(worker.doneWhen.text).toContain(path)
    const master = halfOn(NODES[1], 'control-plane-half')
    expect(master.run.text).toContain('etcd/healthcheck-client; do rm -f "$keep/$name.crt"')
    expect(master.doneWhen.text).not.toContain(path)
  })

  test.runIf(canMount)(
    'gives a master its authorities back when kubeadm reset fails, and when a run before was killed',
    () => {
      const { run } = halfOn(NODES[1], 'control-plane-half')
      const { code, stdout } = runScript(
        sh`unshare --mount --propagation private /bin/sh -c ${
          lines([
            // Programs of the machine, such as awk, may be links in /etc/alternatives.
            sh`mount -t tmpfs none /var/lib && cp -a /etc/alternatives /var/lib && mount -t tmpfs none /etc && mv /var/lib/alternatives /etc || exit 9`,
            sh`mkdir -p /etc/kubernetes/pki /var/lib/tripod/keep.old; echo new > /etc/kubernetes/pki/ca.key`,
            sh`echo old > /var/lib/tripod/keep.old/ca.key; echo sa > /var/lib/tripod/keep.old/sa.key`,
            sh`kubeadm() { rm -r /etc/kubernetes/pki; return 1; }; crictl() { return 1; }; systemctl() { return 3; }`,
            sh`(${run}
)`,
            sh`echo "code $?"; cd /etc/kubernetes/pki && cat ca.key sa.key; ls /var/lib/tripod`,
          ]).text
        }`,
      )
      expect([code, stdout]).toEqual([0, 'code 1\nnew\nsa\n'])
    },
  )

  test('takes whole files for done only where they were not whole before: those of a learner are, and do not vote', () => {
    const names = [
      'kubelet.conf',
      ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
        (name) => `manifests/${name}.yaml`,
      ),
    ]
    const files = Object.fromEntries(names.map((name) => [`/etc/kubernetes/${name}`, 'aa']))
    expect(halfOn(NODES[1], 'control-plane-half', { files, etcdData: true }).doneWhen.text).toContain('isLearner')
    // Else its old files would be taken for those of the join that has yet to come.
    const kubernetes = { ...base.facts.kubernetes, files, etcdData: true }
    const joinOn = (state: NodeState) => {
      const context = situation(
        { m1: 'control-plane-ready', m2: state },
        { acting: 'm1' },
        { m2: { kubernetes, ...entry('control-plane-join') } },
      )
      const all = resourcesOn(NODES[1] ?? base.node, context).filter((one) => one.kind === 'command')
      return all.find(({ id }) => id === 'kubeadm')?.doneWhen.text
    }
    expect(joinOn('control-plane-half')).toContain('isLearner')
    expect(joinOn('control-plane-ready')).not.toContain('isLearner')
    expect(halfOn(NODES[1], 'control-plane-half', { files: {}, etcdData: true }).doneWhen.text).not.toContain(
      'isLearner',
    )
  })

  test('asks etcd at the loopback of the family of its addresses', () => {
    const six = { ...base.node, address: 'fd00::11' }
    expect([etcdUrl(six), etcdUrl(base.node)]).toEqual(['https://[::1]:2379', 'https://127.0.0.1:2379'])
  })

  test('whose init was cut off while its API server lives is finished, not begun again', () => {
    const initOn = (state: 'pending' | 'applied') => {
      const record = {
        entries: { 'command:kubeadm': { step: 'control-plane-init', wanted: 'a', state, before: null } },
      }
      const context = situation({ m1: 'control-plane-ready' }, { acting: 'm1' }, { m1: { record } })
      const found = resourcesOn(NODES[0] ?? base.node, context).find(
        (one): one is CommandResource => one.kind === 'command' && one.id === 'kubeadm',
      )
      if (found === undefined) throw new Error('no init')
      expect([found.run, found.doneWhen].map(parses)).toEqual([true, true])
      return found
    }
    const rest = initOn('pending')
    expect(rest.run.text.match(/init phase \S+( all)?/g)).toEqual([
      'init phase upload-config all',
      'init phase mark-control-plane',
      'init phase bootstrap-token',
      'init phase kubelet-finalize all',
      'init phase addon all',
    ])
    expect(rest.doneWhen.text).toContain('configmap/cluster-info')
    expect(rest.run.text).toContain('bootstrap-token --skip-token-print --config')
    expect(initOn('applied').run.text).toContain('kubeadm init --config')
    expect(initOn('applied').doneWhen.text).not.toContain('kubectl')
  })

  test('whose first init never ended loses the data of that only with the name of the cluster', () => {
    const resetOn = (etcdData: boolean) => {
      const kubernetes = { ...base.facts.kubernetes, etcdData }
      const context = situation({ m1: 'control-plane-half' }, BEGINS, { m1: { kubernetes } })
      const found = resourcesOn(NODES[0] ?? base.node, context).find(
        (one): one is CommandResource => one.kind === 'command' && one.id === 'reset-unfinished',
      )
      return found?.disruption
    }
    expect([resetOn(true), resetOn(false)]).toEqual(['data-loss', undefined])
  })

  test('of which nobody can tell who begins is left alone', () => {
    const { m1, w1 } = withoutCa(wanted(situation({ m2: 'control-plane-down' }, {})))
    expect([m1, w1]).toEqual([[PULL], ['pull kube-proxy and pause']])
  })

  test('has its token named nowhere but by a reference, and deleted at the end of any run', () => {
    const context = situation({ m1: 'control-plane-ready' }, { acting: 'm1' })
    const commands = NODES.flatMap((node) => resourcesOn(node, context)).filter((one) => one.kind === 'command')
    for (const { inputs = [] } of commands)
      for (const { content } of inputs) expect(content).toMatchObject({ references: { token: 'minted:token' } })
    const titles = (of: ClusterContext) =>
      steps.flatMap((step) => (NODES.some((node) => step.runsOn(node, of)) ? (step.cleanup?.(of) ?? []) : []))
    expect(titles(context).map(({ title, node }) => [title, node])).toEqual([
      ['the token to join with is deleted', 'm1'],
    ])
    expect(titles(situation({}, BEGINS))).toHaveLength(1)
  })
})

describe('what kubeadm prints when it fails', () => {
  const explain = kubeadmFailure(NODES[1] ?? base.node)
  const SAID: readonly (readonly [output: string, cause: RegExp])[] = [
    ['[ERROR Port-6443]: Port 6443 is in use', /a port that the control plane needs is taken/],
    [
      '[ERROR CRI]: container runtime is not running: unknown service runtime.v1.RuntimeService',
      /containerd does not answer/,
    ],
    ['[ERROR FileAvailable--etc-kubernetes-kubelet.conf]: exists', /files of an earlier attempt/],
    ['failed to run Kubelet: running with swap on is not supported', /swap came back on/],
    ['x509: certificate has expired or is not yet valid', /the clocks/],
    ['none of the public keys "sha256:ab" are pinned', /another cluster/],
    [
      'could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"',
      /token to join with has expired/,
    ],
    ['a Node with name "m2" and status "Ready" already exists in the cluster', /another machine is in the cluster/],
    ['etcdserver: too many learner members in cluster', /etcd still has a member/],
    ['failed to pull image "x": manifest unknown', /an image cannot be had/],
    ['write /etc/x: no space left on device', /disk of the node is full/],
    ['timed out waiting for the condition', /did not come up in time/],
  ]

  test.each(SAID)('%s', (output, cause) => {
    const told = explain(`error execution phase kubelet-start: ${output}`)
    expect(told?.message).toMatch(/^kubeadm, in its phase kubelet-start, failed on m2: /)
    expect(told?.message).toMatch(cause)
    expect(said(told?.fix)).not.toBe('')
  })

  test('names the cause, and not the timeout that it ends in', () => {
    const told = explain('timed out waiting for the condition\nfailed to pull image "x": manifest unknown')
    expect(told?.message).toMatch(/an image cannot be had/)
  })

  test('is passed on with the next command where nothing is known of it', () => {
    const told = explain('boom')
    expect([told?.message, said(told?.fix)]).toEqual([
      'kubeadm failed on m2',
      'Fix what it names on m2, then: tripod apply -i inventory.yaml',
    ])
  })
})
