import { describe, expect, test } from 'vitest'
import { authoritiesOf, withNodes } from '../../../src/engine/observe/authorities.js'
import type { KubernetesFacts } from '../../../src/facts/facts.js'
import type { Authorities, AuthorityStore } from '../../../src/pki/authorities.js'
import { AUTHORITY_FILES } from '../../../src/facts/kubeadm-files.js'
import { topologyOf } from '../../../src/topology.js'
import { clusterOf, soundFacts } from '../../checks/machines.js'
import { Machine } from '../machine.js'
import { input } from '../small-lab.js'

const OWN: Authorities = { caHash: 'sha256:ours', digests: {} as never, origin: 'from this computer' }
const NOTHING: KubernetesFacts = { files: {}, etcdData: false, apiLive: false, shadowing: [], flags: {}, images: {} }
const withFiles = (paths: readonly string[], caHash: string): KubernetesFacts => ({
  ...NOTHING,
  caHash,
  files: Object.fromEntries(paths.map((path) => [path, 'aa'])),
})

/** The operator's set, and what was asked of it. */
function operator(): { readonly store: AuthorityStore; readonly asked: string[] } {
  const asked: string[] = []
  const note = <Answer>(what: string, answer: Answer): Promise<Answer> => {
    asked.push(what)
    return Promise.resolve(answer)
  }
  return {
    asked,
    store: {
      open: () => note('open', OWN),
      find: (caHash) => note(`find ${caHash}`, caHash === OWN.caHash ? OWN : undefined),
      read: (file) => note(`read ${file}`, `the operator's ${file}`),
      used: () => note('used', undefined),
    },
  }
}

async function situation(kubernetes: Readonly<Record<string, KubernetesFacts>>, names = ['m1', 'm2', 'm3', 'w1']) {
  const cluster = clusterOf({})
  const seen = cluster.nodes
    .map((node, index) => ({
      node,
      facts: { ...soundFacts(node, index), kubernetes: kubernetes[node.name] ?? NOTHING },
    }))
    .filter(({ node }) => names.includes(node.name))
  const topology = topologyOf(cluster, seen)
  const { store, asked } = operator()
  const authorities = await authoritiesOf(topology, seen, store)
  const work = { ...input({ machines: [new Machine('m1')], steps: [] }), authorities: store }
  const context = { topology, seen, ...(authorities && { authorities }) }
  const read = async () => withNodes(work, context, new Map()).resolve('pki:ca.key')
  return { authorities, asked, read }
}

const SERVING = withFiles(
  [
    ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(
      (name) => `/etc/kubernetes/manifests/${name}.yaml`,
    ),
    '/etc/kubernetes/kubelet.conf',
    ...AUTHORITY_FILES.filter((path) => !path.endsWith('.key')),
  ],
  'ours',
)

/** Who reads a key of the operator's for a cluster that has others writes it over a live master's. */
describe('authorities are never made up', () => {
  const UNKNOWN: readonly (readonly [string, Parameters<typeof situation>])[] = [
    ['masters serve, and none has the keys', [{ m1: { ...SERVING, etcdData: true, apiLive: true } }]],
    ['a reinstalled master is looked at alone', [{}, ['m1']]],
    ['all masters are fresh, and a worker has joined', [{ w1: withFiles(['/etc/kubernetes/kubelet.conf'], 'ours') }]],
    ['a master was given a part of another set', [{ m1: withFiles(['/etc/kubernetes/pki/ca.crt'], 'theirs') }]],
  ]
  test.each(UNKNOWN)('where %s', async (_, args) => {
    const { authorities, asked, read } = await situation(...args)
    expect(authorities).toBeUndefined()
    await expect(read()).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(asked.filter((one) => !one.startsWith('find'))).toEqual([])
  })

  test('but are the operator’s where nobody has any', async () => {
    const { authorities, read } = await situation({})
    expect(authorities).toBe(OWN)
    expect(await read()).toBe("the operator's ca.key")
  })

  test('and where a run was cut off while it gave them to the first master', async () => {
    const { authorities, asked, read } = await situation({ m1: withFiles(['/etc/kubernetes/pki/ca.crt'], 'ours') })
    expect([authorities, asked]).toEqual([OWN, ['find sha256:ours']])
    expect(await read()).toBe("the operator's ca.key")
  })
})
