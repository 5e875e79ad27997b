import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { fault, restore, snapshot, up } from '../../src/lab/index.js'
import { machinePlaces } from '../../src/lab/places.js'
import { again, brokenOff, type Moment } from './support/broken-off.js'
import { differences, image } from './support/image.js'
import { type Ended, everywhere, said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/half-installed.long.test.ts: ${unable}`)

const OPTIONS = { name: 't-half', nodes: 4, os: 'debian13', kubernetes: '1.31.14' } as const
const NEW = ['m3', 'w1']

interface Cut {
  readonly what: string
  readonly moment: Moment
  /** Machines that lose their power then. */
  readonly off: readonly string[]
}

const CUTS: readonly Cut[] = [
  {
    what: 'with containerd and without the packages of Kubernetes',
    moment: { says: 'kubernetes-packages: Install', milliseconds: 0 },
    off: [],
  },
  {
    what: 'with all packages, which nothing joined',
    moment: { says: 'control-plane-join: Join the other masters', milliseconds: 0 },
    off: [],
  },
  {
    what: 'in the midst of the join of m3',
    moment: { says: 'control-plane-join: Join the other masters', milliseconds: 3000 },
    off: ['m3'],
  },
  {
    what: 'in the midst of the join of w1',
    moment: { says: 'worker-join: Join the workers', milliseconds: 1500 },
    off: ['w1'],
  },
]

/** A cluster of two masters stands; a third one and a worker are on their way into it. */
describe.skipIf(unable !== undefined)('machines on which an apply ended half way', () => {
  const context = testLab(OPTIONS)
  let original: readonly (readonly string[])[] = []

  const succeed = async (args: readonly string[]): Promise<Ended> => {
    const ended = await again(context, args)
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, ''])
    return ended
  }
  beforeAll(async () => {
    if (unable !== undefined) return
    // Some units run at the first boot alone.
    await snapshot(OPTIONS.name, 'fresh')
    await restore(OPTIONS.name, 'fresh')
    original = await everywhere(context.lab, (node) => image(context.lab, node))
    await succeed(['apply', '--yes', '--skip-node', 'm3', '--skip-node', 'w1'])
    await snapshot(OPTIONS.name, 'two')
    await succeed(['apply', '--yes'])
    await snapshot(OPTIONS.name, 'all')
  })

  const back = async (name: string, nodes: readonly string[]): Promise<void> => {
    await restore(OPTIONS.name, name)
    const skipped = NEW.filter((node) => !nodes.includes(node)).flatMap((node) => ['--skip-node', node])
    await expect
      .poll(async () => (await context.tripod(['plan', ...skipped])).stdout, { timeout: SETTLING, interval: 1000 })
      .toContain('No changes.')
  }
  const confirm = (): readonly string[] => ['--confirm', context.lab.name]
  const changed = async (node: string): Promise<readonly string[]> => {
    const { lab } = context
    const index = lab.nodes.findIndex(({ name }) => name === node)
    return differences(original[index] ?? [], await image(lab, node))
  }
  const nodesOf = async (): Promise<string> => (await said(context.lab, 'm1', 'kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o name')).replaceAll('\n', ' ') // prettier-ignore
  const members = async (): Promise<readonly string[]> => {
    const pki = '/etc/kubernetes/pki/etcd'
    const asked = `curl -sS --cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`
    const all = JSON.parse(await said(context.lab, 'm1', asked)) as { members: readonly { name?: string }[] }
    return all.members.map(({ name = 'unstarted' }) => name).toSorted()
  }
  const cutOff = async ({ moment, off }: Cut) => {
    await back('two', ['m1', 'm2'])
    const applied = await brokenOff(context, ['apply', '--yes'], moment, async (run) => {
      run.kill('SIGKILL')
      for (const node of off) await fault(OPTIONS.name, node, { kind: 'kill' })
    })
    expect(applied.signal).toBe('SIGKILL')
    for (const node of off) await fault(OPTIONS.name, node, { kind: 'boot' })
    if (off.length > 0) await sleep(5000)
  }

  it.each(CUTS)('are taken out $what, and are as before; the cluster goes on', async (cut) => {
    await cutOff(cut)
    const args = ['reset', '--node', 'm3', '--node', 'w1', ...confirm()]
    // The etcd of the two that stay may elect a leader anew after the cut: until their API servers are ready again the reset is refused.
    await expect
      .poll(async () => (await context.tripod([...args, '--dry-run'])).stdout, { timeout: SETTLING, interval: 2000 })
      .not.toContain('P51')
    const ended = await succeed(args)
    expect(ended.stdout).toContain('Nothing of Kubernetes or tripod is left on m3, w1.')
    expect(Object.fromEntries(await Promise.all(NEW.map(async (node) => [node, await changed(node)])))).toEqual({ m3: [], w1: [] }) // prettier-ignore
    expect([await nodesOf(), await members()]).toEqual(['node/m1 node/m2', ['m1', 'm2']])
    console.log(`| reset --node m3 --node w1 | ${cut.what} | as before |`)
  })

  it.each(CUTS.slice(2))('are all as before when the whole cluster is taken back $what', async (cut) => {
    await cutOff(cut)
    const ended = await succeed(['reset', ...confirm()])
    expect(ended.stdout).toContain('Nothing of Kubernetes or tripod is left on m1, m2, m3, w1.')
    expect(await everywhere(context.lab, changed)).toEqual([[], [], [], []])
    console.log(`| reset | ${cut.what} | as before |`)
  })

  it('whose record is gone are cleaned of what kubeadm did, and the rest is listed', async () => {
    await back('all', ['m1', 'm2', ...NEW])
    await said(context.lab, 'w1', 'rm -r /var/lib/tripod')
    const ended = await again(context, ['reset', '--node', 'w1', ...confirm()])
    expect(ended.stdout).toContain('w1: has no record of tripod')
    expect([ended.code === 0, ended.stderr]).toEqual([false, expect.stringContaining('RESET_INCOMPLETE')])
    expect(ended.stdout).toContain('! w1: file /etc/sysctl.d/99-zz-tripod.conf')
    expect(await nodesOf()).toBe('node/m1 node/m2 node/m3')
    const left = 'ls /etc/kubernetes/*.conf /var/lib/kubelet/config.yaml /var/lib/tripod 2>/dev/null; true'
    expect(await said(context.lab, 'w1', left)).toBe('')
    console.log(`| reset --node w1 | its record was removed by hand | listed at the end: ${ended.stdout.split('\n').filter((line) => line.startsWith('! w1:')).join('; ')} |`) // prettier-ignore
  })

  it('that are made anew while the cluster still counts them are taken out of it', async () => {
    await back('all', ['m1', 'm2', ...NEW])
    for (const node of NEW) {
      await fault(OPTIONS.name, node, { kind: 'kill' })
      await rm(machinePlaces(OPTIONS.name, node).directory, { recursive: true, force: true })
    }
    context.lab = await up({ ...OPTIONS, inventoryPath: context.lab.inventoryPath })
    const fresh = await Promise.all(NEW.map((node) => image(context.lab, node)))
    const ended = await succeed(['reset', '--node', 'm3', '--node', 'w1', ...confirm()])
    expect(ended.stdout).toContain('Nothing of Kubernetes or tripod is left on m3, w1.')
    const now = await Promise.all(NEW.map((node) => image(context.lab, node)))
    expect(fresh.map((before, index) => differences(before, now[index] ?? []))).toEqual([[], []])
    expect([await nodesOf(), await members()]).toEqual(['node/m1 node/m2', ['m1', 'm2']])
    console.log('| reset --node m3 --node w1 | their machines were made anew | out of the cluster, untouched |')
  })
})
