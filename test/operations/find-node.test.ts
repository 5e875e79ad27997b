import { describe, expect, test } from 'vitest'
import { asItIs, findNode } from '../../src/operations/leaving/find-node.js'
import type { RunInput } from '../../src/engine/run-types.js'
import type { Host, RunResult } from '../../src/host/host.js'
import { TripodError } from '../../src/errors.js'
import { cluster as plain, node as first } from '../steps/context.js'
import { fixture, withSection } from '../facts/fixture.js'
import { Machine } from '../engine/machine.js'
import { input } from '../engine/small-lab.js'

/** A master that serves: what its etcd and its API server tell is given. */
function master({ members, kubectl }: { readonly members: readonly [string, number]; readonly kubectl: RunResult }) {
  const asked: string[] = []
  const files = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'].map(
    (name) => `${'0'.repeat(64)}  /etc/kubernetes/manifests/${name}.yaml\n`,
  )
  const facts = [
    ['kubernetes', files.join(''), 0] as const,
    ['livez', '200', 0] as const,
    ['etcd-members', ...members] as const,
  ].reduce((text, [section, said, status]) => withSection(text, section, said, status), fixture('debian12-fresh'))
  const machine = new Machine('m1')
  const host: Host = {
    name: machine.name,
    hostKey: machine.hostKey,
    reconnect: () => Promise.resolve(),
    write: (all) => machine.write(all),
    upload: (upload) => machine.upload(upload),
    download: (download) => machine.download(download),
    hold: () => machine.hold(),
    close: () => machine.close(),
    run: ({ text }) => {
      if (text.includes('tripod-facts')) return Promise.resolve({ code: 0, stdout: facts, stderr: '' })
      asked.push(text)
      return Promise.resolve(kubectl)
    },
  }
  const node = { ...first, name: 'm1', roles: ['control-plane' as const] }
  const about: RunInput = {
    ...input({ machines: [machine], steps: [] }),
    cluster: { ...plain, nodes: [node] },
    connect: () => Promise.resolve(host),
  }
  return { find: (name: string) => findNode(about, name), asked, about }
}

const told = (stdout: string): RunResult => ({ code: 0, stdout, stderr: '' })
const M9 = '{"members":[{"ID":"9","name":"m9","peerURLs":["https://10.0.0.19:2380"],"clientURLs":["https://x:2379"]}]}'

describe('a node that the inventory does not name', () => {
  test('has the first of its addresses, and the role that its labels tell', async () => {
    const label = 'label node-role.kubernetes.io/control-plane\n'
    const rows = `node\naddress 10.0.0.22\naddress fd00::22\nlabel kubernetes.io/os\n`
    const { find } = master({ members: [M9, 0], kubectl: told(rows) })
    expect(await find('w2')).toEqual({ name: 'w2', address: '10.0.0.22', roles: ['worker'] })
    const labelled = master({ members: [M9, 0], kubectl: told(rows + label) })
    expect(await labelled.find('m2')).toMatchObject({ roles: ['control-plane'] })
  })

  test('has no address where the API server has none, and not a label for it', async () => {
    const { find } = master({ members: [M9, 0], kubectl: told('node\nlabel kubernetes.io/os\n') })
    expect(await find('w2')).toEqual({ name: 'w2', address: '', roles: ['worker'] })
  })

  test('may be a member of etcd alone', async () => {
    const { find } = master({ members: [M9, 0], kubectl: told('') })
    expect(await find('m9')).toEqual({ name: 'm9', address: '10.0.0.19', roles: ['control-plane'] })
    expect(await find('w7')).toBeUndefined()
  })

  test('is not said to be nowhere while etcd does not tell its members, or the API server its nodes', async () => {
    const silent = master({ members: ['', 28], kubectl: told('') })
    await expect(silent.find('m9')).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
    const refused = master({ members: [M9, 0], kubectl: { code: 1, stdout: '', stderr: 'Forbidden' } })
    await expect(refused.find('w2')).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
  })

  test('is never a flag of kubectl, nor several nodes', async () => {
    const { find, asked } = master({ members: [M9, 0], kubectl: told('node\naddress 10.0.0.11\n') })
    for (const name of ['-w', '--all', '', 'w1 w2', 'a/b']) expect(await find(name)).toBeUndefined()
    expect(asked).toEqual([])
  })
})

test('a master that was forgotten and came back is one by its own files, and who does not answer is as the cluster knows it', async () => {
  const found = { name: 'm1', address: '10.0.0.11', roles: ['worker' as const] }
  const { about } = master({ members: ['', 28], kubectl: told('') })
  expect(await asItIs(about, found)).toEqual({ ...found, roles: ['control-plane'] })
  const silent = { ...about, connect: () => Promise.reject(new TripodError('NODE_UNREACHABLE', 'm1 is silent', '')) }
  expect(await asItIs(silent, found)).toEqual(found)
  const plainOne = input({ machines: [new Machine('m1')], steps: [] })
  expect(await asItIs(plainOne, found)).toEqual(found)
})
