import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { fault, inside, up, type UpOptions } from '../../src/lab/index.js'
import { machinePlaces } from '../../src/lab/places.js'
import { answersMeanwhile, shownAnswers } from './support/answers.js'
import { calico, putCalico, withCalico } from './support/calico.js'
import { differences, image } from './support/image.js'
import { everywhere, footprint, said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/cluster.long.test.ts: ${unable}`)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Seconds after kubeadm began on it at which a joining master loses its power. */
const POINTS = [0.2, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 9]

interface Kind extends Pick<UpOptions, 'os' | 'kubernetes'> {
  readonly balancers: number
}
const KINDS: readonly Kind[] = [
  { os: 'debian13', kubernetes: '1.31.14', balancers: 2 },
  { os: 'debian12', kubernetes: '1.22.17', balancers: 0 },
]

/** Three masters that carry workloads too, and what becomes of their cluster when machines are lost. */
describe.skipIf(unable !== undefined).each(KINDS)('three masters without workers, $os', (kind) => {
  const OPTIONS = { name: 't-cluster', nodes: 3, ...kind }
  const context = testLab(OPTIONS)
  const NOTHING = `No changes. ${3 + kind.balancers} nodes match inventory.yaml.`
  const apiPort = kind.balancers === 0 ? 6444 : 6443
  beforeAll(async () => {
    const { inventoryPath } = context.lab
    const text = await readFile(inventoryPath, 'utf8')
    await writeFile(inventoryPath, text.replaceAll('[control-plane]', '[control-plane, worker]'))
    await everywhere(context.lab, noteImage)
  })
  const original = new Map<string, readonly string[]>()
  const noteImage = async (node: string): Promise<void> => {
    original.set(node, await image(context.lab, node))
  }

  const apply = async (...args: readonly string[]) => {
    const ended = await context.tripod(['apply', '--yes', ...args])
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, ''])
    return ended
  }
  const empty = async (): Promise<void> => {
    expect((await context.tripod(['plan'])).stdout).toBe(NOTHING)
  }
  const kubectl = (node: string, command: string): Promise<string> =>
    said(context.lab, node, `kubectl --kubeconfig /etc/kubernetes/admin.conf ${command}`)
  const members = async (node: string): Promise<readonly string[]> => {
    const pki = '/etc/kubernetes/pki/etcd'
    const text = await said(
      context.lab,
      node,
      `curl -sS --cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`,
    )
    const { members: all } = JSON.parse(text) as { members: readonly { name?: string; isLearner?: boolean }[] }
    return all.map(({ name = 'unstarted', isLearner }) => (isLearner ? `${name} learns` : name)).toSorted()
  }
  const readyNodes = async (node: string): Promise<readonly string[]> => {
    const lines = (await kubectl(node, 'get nodes --no-headers')).split('\n')
    return lines.filter((line) => / Ready /.test(line)).map((line) => line.split(' ')[0] ?? '')
  }
  /** As from the rack: nothing of before is on it, and its host key is another one. */
  const reinstall = async (node: string): Promise<void> => {
    await fault(OPTIONS.name, node, { kind: 'kill' })
    await rm(machinePlaces(OPTIONS.name, node).directory, { recursive: true, force: true })
    const again: UpOptions = { ...OPTIONS, inventoryPath: context.lab.inventoryPath }
    context.lab = await up(again)
    await noteImage(node)
  }
  it('become one cluster by one apply, which workloads may use whole', async () => {
    const plan = await context.tripod(['plan'])
    expect(plan.stdout).toContain('kind: ClusterConfiguration')
    expect(plan.stdout).toContain('token: "(made at apply, never shown)"')
    await apply()
    await expect.poll(() => readyNodes('m1'), { timeout: SETTLING, interval: 1000 }).toEqual(['m1', 'm2', 'm3'])
    expect(await kubectl('m1', 'get nodes -o jsonpath={.items[*].spec.taints}')).not.toContain('node-role')
    expect(await members('m1')).toEqual(['m1', 'm2', 'm3'])
    await empty()
    const kubeconfig = await readFile(join(context.directory, 't-cluster.kubeconfig'), 'utf8')
    expect(kubeconfig).toContain(`server: https://${context.lab.vip}:6443`)
    const image = await kubectl('m1', '-n kube-system get deployment coredns -o jsonpath={..image}')
    const pod = `--image=${image} --restart=Never`
    for (const node of ['m1', 'm2', 'm3'])
      await kubectl('m1', `run on-${node} ${pod} --overrides='{"spec":{"nodeName":"${node}"}}'`)
    const phases = () => kubectl('m1', 'get pods -o jsonpath={.items[*].status.phase}')
    await expect.poll(phases, { timeout: SETTLING, interval: 1000 }).toBe('Running Running Running')
  })

  it('leave no token, key or password in anything that was printed or logged', async () => {
    const { lab, directory } = context
    const key = await said(lab, 'm1', 'sed -n 4p /etc/kubernetes/pki/ca.key')
    const own = await said(lab, 'm1', "sed -n 's/.*client-key-data: //p' /etc/kubernetes/admin.conf | cut -c 40-80")
    const found = await execa(
      'grep',
      [
        '-rlE',
        `${key.slice(0, 40).replaceAll('+', '\\+')}|${own.replaceAll('+', '\\+')}`,
        join(directory, 'state/runs'),
      ],
      { reject: false },
    )
    expect([found.exitCode, found.stdout]).toEqual([1, ''])
    const tokens = await execa('grep', ['-rnoE', '\\b[a-z0-9]{6}\\.[a-z0-9]{16}\\b', join(directory, 'state/runs')], {
      reject: false,
    })
    expect(tokens.stdout.split('\n').filter((line) => line !== '' && !line.includes('minted.atapply'))).toEqual([])
    await everywhere(lab, async (node) => {
      expect((await inside(lab, node, 'find /run/tripod/inputs -type f')).stdout).toBe('')
      expect(await said(lab, node, "grep -rlE '[a-z0-9]{6}[.][a-z0-9]{16}' /var/lib/tripod/runs || echo none")).toBe(
        'none',
      )
    })
  })

  it('take a first master that was reinstalled back as one that joins, and serve meanwhile', async () => {
    await reinstall('m1')
    const plan = await context.tripod(['plan'])
    expect(plan.stdout).toContain('take m1 as it was before out of etcd and the cluster')
    expect(plan.stdout).not.toContain('kubeadm init\n')
    const answers = await answersMeanwhile(context.lab, 'm3', () => apply())
    console.log(`m1 reinstalled: ${shownAnswers(answers)}`)
    expect(answers.requests).toBeGreaterThan(100)
    // On a computer that is busy itself, a request in a thousand takes longer than its second.
    expect(answers.failed / answers.requests).toBeLessThan(0.005)
    expect(await members('m2')).toEqual(['m1', 'm2', 'm3'])
    await expect.poll(() => readyNodes('m2'), { timeout: SETTLING, interval: 1000 }).toEqual(['m1', 'm2', 'm3'])
    await empty()
  })

  it.each(POINTS)('have three voters again after a third master lost its power %s s into its join', async (seconds) => {
    await reinstall('m3')
    const program = execa('node', [join(ROOT, 'bin/run.js'), 'apply', '--yes'], {
      cwd: context.directory,
      env: { TRIPOD_STATE_DIR: join(context.directory, 'state'), NO_COLOR: '1' },
      reject: false,
      all: true,
    })
    await new Promise<void>((resolve) => {
      program.all.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('control-plane-join: Join the other masters')) setTimeout(resolve, seconds * 1000)
      })
      void program.then(() => {
        resolve()
      })
    })
    await fault(OPTIONS.name, 'm3', { kind: 'kill' })
    await program
    await fault(OPTIONS.name, 'm3', { kind: 'boot' })
    await expect.poll(async () => (await inside(context.lab, 'm3', 'true')).code, { timeout: 30_000 }).toBe(0)
    await apply()
    expect(await members('m1')).toEqual(['m1', 'm2', 'm3'])
    await expect.poll(() => readyNodes('m1'), { timeout: SETTLING, interval: 1000 }).toEqual(['m1', 'm2', 'm3'])
    await empty()
  })

  it('are not touched where two of them are gone: the lost quorum is named', async () => {
    const { lab } = context
    for (const node of ['m2', 'm3']) await fault(lab.name, node, { kind: 'kill' })
    const alive = () =>
      inside(lab, 'm1', `curl -sk --max-time 4 -o /dev/null -w '%{http_code}' https://127.0.0.1:${apiPort}/livez`)
    await expect.poll(async () => (await alive()).stdout, { timeout: SETTLING, interval: 1000 }).not.toBe('200')
    await footprint(lab, 'm1')
    const before = await footprint(lab, 'm1')
    const all = await context.tripod(['apply', '--yes'])
    expect([all.code, all.stderr]).toEqual([69, expect.stringContaining('m2')])
    const rest = await context.tripod(['apply', '--yes', '--skip-node', 'm2', '--skip-node', 'm3'])
    expect([rest.code, rest.stderr]).toEqual([13, expect.stringContaining('of which 2 must run')])
    expect(await footprint(lab, 'm1')).toEqual(before)
    for (const node of ['m2', 'm3']) await fault(lab.name, node, { kind: 'boot' })
    await expect.poll(async () => (await alive()).stdout, { timeout: SETTLING, interval: 1000 }).toBe('200')
    await expect
      .poll(async () => (await context.tripod(['plan'])).stdout, { timeout: SETTLING, interval: 2000 })
      .toBe(NOTHING)
  })

  it.skipIf(calico === undefined)(
    'are given Calico by its own manifest, verified by its sum, and have it again where some of it went',
    async () => {
      const { lab, directory } = context
      const inventory = await readFile(lab.inventoryPath, 'utf8')
      const sum = await putCalico(directory)
      const asked = (sha256: string): Promise<void> => writeFile(lab.inventoryPath, withCalico(inventory, sha256))
      await asked('0'.repeat(64))
      const refused = await context.tripod(['apply', '--yes'])
      expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining(`has the sha256 ${sum}`)])
      await asked(sum)
      expect((await context.tripod(['plan'])).stdout).toMatch(/\+ manifest calico +\d+ objects: .*DaemonSet/)
      // Calico's own images are nowhere in the lab: what is shown is that its objects arrive.
      await apply('--step', 'network')
      const daemon = await kubectl('m1', '-n kube-system get daemonset calico-node -o yaml')
      expect(daemon).toContain('value: kubernetes-internal-ip')
      expect(daemon).toContain('value: 10.244.0.0/16')
      await empty()
      await kubectl('m2', '-n kube-system delete daemonset calico-node')
      expect((await context.tripod(['plan'])).stdout).toContain('+ manifest DaemonSet.apps kube-system/calico-node')
      await apply('--step', 'network')
      await kubectl('m2', '-n kube-system get daemonset calico-node')
    },
  )

  it('are as they were before when everything is taken back, whatever they went through', async () => {
    const { lab } = context
    const reset = await context.tripod(['reset', '--confirm', lab.name])
    expect([reset.code, reset.code === 0 ? '' : reset.stdout + reset.stderr]).toEqual([0, ''])
    const found = await everywhere(lab, async (node) => differences(original.get(node) ?? [], await image(lab, node)))
    expect(found).toEqual(lab.nodes.map(() => []))
  })
})
