import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { fault, inside, restore, snapshot } from '../../src/lab/index.js'
import { again, brokenOff, type BrokenOff, type Moment } from './support/broken-off.js'
import { differences, image } from './support/image.js'
import { everywhere, said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/reset-interrupted.long.test.ts: ${unable}`)

const NAME = 't-broken'
const RELEASE = { os: 'debian13', kubernetes: '1.31.14' } as const

const after = (says: string, milliseconds: number): Moment => ({ says, milliseconds })
const FORGOTTEN = { gone: '/var/lib/tripod', milliseconds: 0 }

/** From the first op to the search, once for each kind of work there is. */
const WHOLE: readonly Moment[] = [
  after('undo-kubeconfig: Take back', 0),
  after('undo-worker-join: Take back', 400),
  after('undo-control-plane-join: Take back', 1500),
  after('undo-control-plane-init: Take back', 2000),
  after('undo-load-balancer: Take back', 4000),
  after('undo-kubernetes-packages: Take back', 400),
  after('undo-container-runtime: Take back', 1000),
  after('undo-time-sync: Take back', 1500),
  after('undo-base-packages: Take back', 3000),
  { ...FORGOTTEN, from: 'm2' },
]

/** A step comes once: what the killed run began is carried to its end by the machine. */
const ONE: readonly Moment[] = [
  after('undo-load-balancer: Take back', 1500),
  after(' host-identity: Give the machines', 100),
  after(' load-balancer: Set up HAProxy', 300),
  after('leave: Take nodes out', 300),
  after('undo-kubeconfig: Take back', 0),
  after('undo-control-plane-join: Take back', 1500),
  after('undo-kubernetes-packages: Take back', 400),
  after('undo-container-runtime: Take back', 1000),
  after('undo-base-packages: Take back', 2000),
  { ...FORGOTTEN, from: 'm3' },
]

const TARGETS = [
  { of: 'the whole cluster', args: [] as string[], moments: WHOLE },
  { of: 'a master of a living cluster', args: ['--node', 'm3'], moments: ONE },
]
/** One by one, from the state that an apply leaves: the first, one in the midst of kubeadm, and the last. */
const ALONE = TARGETS.flatMap(({ of, args, moments }) =>
  [moments[0], moments[3], moments.at(-1)].flatMap((moment) =>
    moment === undefined ? [] : [{ of, args, moment, where: shown(moment) }],
  ),
)

describe.skipIf(unable !== undefined)('a reset that is broken off', () => {
  const context = testLab({ name: NAME, nodes: 4, ...RELEASE })
  let original: readonly (readonly string[])[] = []

  beforeAll(async () => {
    if (unable !== undefined) return
    // Some units run at the first boot alone.
    await snapshot(NAME, 'fresh')
    await restore(NAME, 'fresh')
    original = await everywhere(context.lab, (node) => image(context.lab, node))
    const applied = await context.tripod(['apply', '--yes'])
    expect([applied.code, applied.code === 0 ? '' : applied.stdout + applied.stderr]).toEqual([0, ''])
    await snapshot(NAME, 'applied')
  })

  const asApplied = async (): Promise<void> => {
    await restore(NAME, 'applied')
    await expect
      .poll(async () => (await context.tripod(['status'])).stdout, { timeout: SETTLING, interval: 2000 })
      .toContain('is healthy.')
  }
  const reset = (args: readonly string[]): readonly string[] => ['reset', ...args, '--confirm', context.lab.name]

  /** The same command finishes, and the machines are as they were before tripod. */
  const finishes = async (args: readonly string[], first: BrokenOff, where: string): Promise<void> => {
    const { lab } = context
    const nodes = args.length === 0 ? lab.nodes.map(({ name }) => name) : ['m3']
    const began = performance.now()
    const ended = await again(context, reset(args))
    const seconds = Math.round((performance.now() - began) / 100) / 10
    expect([where, ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([where, 0, ''])
    expect(ended.stdout).toContain(`Nothing of Kubernetes or tripod is left on ${nodes.join(', ')}.`)
    const now = await Promise.all(nodes.map((node) => image(lab, node)))
    const before = nodes.map((node) => original[lab.nodes.findIndex(({ name }) => name === node)] ?? [])
    const found = before.map((one, index) => differences(one, now[index] ?? []))
    expect([where, found]).toEqual([where, found.map(() => [])])
    if (args.length > 0) await livesOn()
    console.log(
      `| ${nodes.length === 1 ? 'm3' : 'whole'} | ${where} | ${first.seconds} s, ${first.ops} changes | ${ended.refused} | ${seconds} s |`,
    )
  }
  /** Refused while the work of the run before goes on. */
  const unrefused = async (args: readonly string[], moment: Moment): Promise<BrokenOff> => {
    for (let tries = 0; ; tries++) {
      const one = await brokenOff(context, args, moment, (run) => run.kill('SIGKILL'))
      if (one.code !== 75 || tries > 100) return one
      await sleep(1000)
    }
  }
  const livesOn = async (): Promise<void> => {
    const { lab } = context
    const names = (await said(lab, 'm1', 'kubectl get nodes -o name')).split('\n')
    expect(names).toEqual(['node/m1', 'node/m2', 'node/w1'])
    expect(await said(lab, 'm1', 'grep -c "server m" /etc/haproxy/haproxy.cfg')).toBe('2')
    const pki = '/etc/kubernetes/pki/etcd'
    const asked = `curl -sS --cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`
    const { members } = JSON.parse(await said(lab, 'm1', asked)) as { members: readonly { name: string }[] }
    expect(members.map(({ name }) => name).toSorted()).toEqual(['m1', 'm2'])
  }

  it.each(TARGETS)(
    'of $of, killed ten times in a row and each time further on, is finished',
    async ({ args, moments }) => {
      await asApplied()
      let last: BrokenOff | undefined
      for (const moment of moments) {
        const one = await unrefused(reset(args), moment)
        console.log(`| ${args.join(' ')} | killed ${shown(moment)} | ${one.seconds} s, ${one.ops} changes |`)
        expect([shown(moment), one.signal, one.stderr]).toEqual([shown(moment), 'SIGKILL', one.stderr])
        last = one
      }
      if (last !== undefined) await finishes(args, last, `killed ${moments.length} times`)
    },
  )

  it.each(ALONE)('of $of, killed $where, is finished by the same command', async ({ args, moment, where }) => {
    await asApplied()
    const first = await brokenOff(context, reset(args), moment, (run) => run.kill('SIGKILL'))
    expect([where, first.signal]).toEqual([where, 'SIGKILL'])
    await finishes(args, first, `killed ${where}`)
  })

  it('by Ctrl-C ends after what it is at, says how to go on, and the same command finishes', async () => {
    await asApplied()
    const moment = after('undo-base-packages: Take back', 2000)
    const first = await brokenOff(context, reset([]), moment, (run) => run.kill('SIGINT'))
    expect([first.code, first.stderr]).toEqual([130, expect.stringContaining('INTERRUPTED')])
    expect(first.stderr).toContain('tripod reset')
    expect(first.stderr).not.toContain('tripod apply')
    await finishes([], first, `Ctrl-C ${shown(moment)}`)
  })

  it('goes on by itself where sessions break, or is finished by the same command', async () => {
    await asApplied()
    const moment = after('undo-base-packages: Take back', 1500)
    const broken = () =>
      everywhere(context.lab, (node) => inside(context.lab, node, "pkill -KILL -u ops -f 'sshd.*: ops'"))
    const first = await brokenOff(context, reset([]), moment, broken)
    await finishes([], first, `every session cut off ${shown(moment)}, which ended with ${String(first.code)}`)
  })

  it('by a power cut of a machine tells which, and is finished by the same command once that is back', async () => {
    await asApplied()
    const moment = after('undo-load-balancer: Take back', 2500)
    const first = await brokenOff(context, reset([]), moment, () => fault(NAME, 'm2', { kind: 'kill' }))
    expect([first.code === 0, first.stderr]).toEqual([false, expect.stringContaining('m2')])
    await fault(NAME, 'm2', { kind: 'boot' })
    await sleep(2000)
    await finishes([], first, `power of m2 cut ${shown(moment)}`)
  })
})

function shown(moment: Moment): string {
  if ('gone' in moment) return `when ${moment.gone} was gone from ${moment.from}`
  return `${moment.milliseconds} ms after "${moment.says}"`
}
