import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { fault, inside, restore, snapshot } from '../../src/lab/index.js'
import { answersMeanwhile, shownAnswers } from './support/answers.js'
import { again, brokenOff } from './support/broken-off.js'
import { differences, image } from './support/image.js'
import { type Ended, everywhere, said, SETTLING, testLab, unable, withoutNode } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/node-removal.long.test.ts: ${unable}`)

const NAME = 't-removal'
const RELEASE = { os: 'debian12', kubernetes: '1.22.17' } as const
/** Of failed requests, in all. */
const BUDGET_MS = 1000

describe.skipIf(unable !== undefined)('a node of a living cluster', () => {
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
  const reset = (node: string, ...more: readonly string[]): readonly string[] => [
    'reset',
    '--node',
    node,
    ...more,
    '--confirm',
    context.lab.name,
  ]
  const succeed = async (args: readonly string[]): Promise<Ended> => {
    const ended = await context.tripod(args)
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, ''])
    return ended
  }
  const kubectl = (command: string, node = 'm1'): Promise<string> =>
    said(context.lab, node, `kubectl --kubeconfig /etc/kubernetes/admin.conf ${command}`)
  const members = async (): Promise<readonly string[]> => {
    const pki = '/etc/kubernetes/pki/etcd'
    const asked = `curl -sS --cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`
    const master = (await holders(['m1', 'm2', 'm3']))[0] ?? 'm1'
    const all = JSON.parse(await said(context.lab, master, asked)) as { members: readonly { name: string }[] }
    return all.members.map(({ name }) => name).toSorted()
  }
  const holders = async (nodes: readonly string[]): Promise<readonly string[]> => {
    const held = await Promise.all(
      nodes.map((node) => inside(context.lab, node, `ip -o address show to ${context.lab.vip}`)),
    )
    return nodes.filter((_, index) => (held[index]?.stdout ?? '') !== '')
  }
  const asBefore = async (node: string): Promise<readonly string[]> => {
    const { lab } = context
    const index = lab.nodes.findIndex(({ name }) => name === node)
    return differences(original[index] ?? [], await image(lab, node))
  }
  /** Nobody else has it on any list. */
  const unknownTo = async (node: string, others: readonly string[]): Promise<void> => {
    const [first = ''] = others
    expect(await kubectl('get nodes -o name', first)).not.toContain(`node/${node}`)
    expect(await members()).not.toContain(node)
    for (const other of others) {
      const lists = 'cat /etc/hosts /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf 2>/dev/null; true'
      const address = context.lab.nodes.find(({ name }) => name === node)?.address ?? ''
      expect([other, (await said(context.lab, other, lists)).includes(address)]).toEqual([other, false])
    }
  }

  /** The inventory no longer has it, and nothing else is to be done. */
  const isHealthyWithout = async (node: string): Promise<void> => {
    const { inventoryPath } = context.lab
    const text = await readFile(inventoryPath, 'utf8')
    await writeFile(inventoryPath, withoutNode(text, node))
    try {
      expect((await succeed(['plan', '--detailed-exitcode'])).stdout).toBe('No changes. 3 nodes match inventory.yaml.')
      await expect
        .poll(async () => (await context.tripod(['status'])).stdout, { timeout: SETTLING, interval: 2000 })
        .toContain('is healthy.')
    } finally {
      await writeFile(inventoryPath, text)
    }
  }
  /** A machine without power is one for the API server, too, within a minute. */
  const isLost = (node: string): Promise<void> =>
    expect
      .poll(() => kubectl(`get node ${node} --no-headers`), { timeout: SETTLING, interval: 1000 })
      .toContain('NotReady')

  it('that holds the VIP leaves, and the API answers meanwhile', async () => {
    await asApplied()
    const [holder = ''] = await holders(['m1', 'm2', 'm3'])
    const others = ['m1', 'm2', 'm3', 'w1'].filter((name) => name !== holder)
    const answers = await answersMeanwhile(context.lab, 'w1', () => succeed(reset(holder)))
    console.log(`| ${holder}, a master that holds the VIP | ${shownAnswers(answers)} |`)
    expect(answers.requests).toBeGreaterThan(50)
    expect(answers.failedMilliseconds).toBeLessThan(BUDGET_MS)
    expect(await asBefore(holder)).toEqual([])
    await unknownTo(holder, others)
    await isHealthyWithout(holder)
  })

  it('that is a master without the VIP leaves, and the API answers meanwhile', async () => {
    await asApplied()
    const held = await holders(['m1', 'm2', 'm3'])
    const node = ['m3', 'm2'].find((name) => !held.includes(name)) ?? ''
    const answers = await answersMeanwhile(context.lab, 'w1', () => succeed(reset(node)))
    console.log(`| ${node}, a master without the VIP | ${shownAnswers(answers)} |`)
    expect(answers.requests).toBeGreaterThan(50)
    expect(answers.failedMilliseconds).toBeLessThan(BUDGET_MS)
    expect(await asBefore(node)).toEqual([])
    await unknownTo(node, ['m1', 'm2', 'm3', 'w1'].filter((name) => name !== node)) // prettier-ignore
    await isHealthyWithout(node)
  })

  it('that died is forgotten by the others, and the API answers meanwhile', async () => {
    await asApplied()
    await fault(NAME, 'm3', { kind: 'kill' })
    const answers = async (): Promise<string> =>
      (await inside(context.lab, 'w1', `curl -sko /dev/null --max-time 1 -w '%{http_code}' https://${context.lab.vip}:6443/readyz`)).stdout // prettier-ignore
    const early = await context.tripod(reset('m3', '--forget'))
    expect([early.code, early.stderr]).toEqual([13, expect.stringContaining('P60 m3: m3 is not gone')])
    await isLost('m3')
    for (let good = 0; good < 5;) good = (await answers()) === '200' ? good + 1 : 0
    const seen = await answersMeanwhile(context.lab, 'w1', () => succeed(reset('m3', '--forget')))
    console.log(`| m3, a master that is off (--forget) | ${shownAnswers(seen)} |`)
    expect(seen.failedMilliseconds).toBeLessThan(BUDGET_MS)
    await unknownTo('m3', ['m1', 'm2', 'w1'])
    await isHealthyWithout('m3')
  })

  it('that is lost is replaced by another machine, also where the work is broken off', async () => {
    await asApplied()
    const { lab } = context
    const text = await readFile(lab.inventoryPath, 'utf8')
    await succeed(reset('w1'))
    await fault(NAME, 'm3', { kind: 'kill' })
    await isLost('m3')
    const worker = lab.nodes.find(({ name }) => name === 'w1')
    const master = lab.nodes.find(({ name }) => name === 'm3')
    const m4 = withoutNode(text, 'w1')
      .replace('name: m3', 'name: m4')
      .replace(`${master?.address}`, `${worker?.address}`)
    await writeFile(lab.inventoryPath, m4)
    const replace = ['node', 'replace', 'm3', '--with', 'm4', '--confirm', lab.name]
    const named = await succeed(['plan'])
    expect(named.stdout).toContain('tripod node remove m3 -i inventory.yaml')
    const moment = { says: 'control-plane-join: Join', milliseconds: 3000 }
    const cut = await brokenOff(context, replace, moment, (run) => run.kill('SIGKILL'))
    expect(cut.signal).toBe('SIGKILL')
    // m3 is forgotten by now: what is left is an apply.
    const twice = await context.tripod(replace)
    expect([twice.code, twice.stderr]).toEqual([64, expect.stringContaining('tripod apply -i inventory.yaml')])
    const ended = await again(context, ['apply', '--yes'])
    expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, ''])
    expect(await members()).toEqual(['m1', 'm2', 'm4'])
    expect((await succeed(['plan', '--detailed-exitcode'])).stdout).toBe('No changes. 3 nodes match inventory.yaml.')
    await writeFile(lab.inventoryPath, text)
  })

  it('keeps pods that nothing would start again: they are named before anything is cordoned', async () => {
    await asApplied()
    const image = await kubectl('-n kube-system get deployment coredns -o jsonpath={..image}')
    await kubectl(
      `run alone --image=${image.split(' ')[0] ?? ''} --restart=Never --overrides='{"spec":{"nodeName":"w1"}}'`,
    )
    const refused = await context.tripod(reset('w1'))
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining('default/alone')])
    expect(refused.stderr).toMatch(/nothing would start these pods of w1 again elsewhere: default\/alone$/m)
    expect(await kubectl('get node w1 -o jsonpath={.spec.unschedulable}')).toBe('')
    await kubectl('delete pod alone --now')
    await succeed(reset('w1'))
    expect(await asBefore('w1')).toEqual([])
  })

  it('waits for a disruption budget, says for which, and leaves once that lets it; the API answers meanwhile', async () => {
    await asApplied()
    const image = (await kubectl('-n kube-system get deployment coredns -o jsonpath={..image}')).split(' ')[0] ?? ''
    await kubectl(`create deployment shop --image=${image}`)
    await kubectl('create poddisruptionbudget till --selector=app=shop --min-available=1')
    await expect
      .poll(() => kubectl('get pdb till -o jsonpath={.status.currentHealthy}'), { timeout: SETTLING, interval: 1000 })
      .toBe('1')
    const pod = (await kubectl('get pods -l app=shop -o name')).replace('pod/', 'default/')
    const told = `disruption budget default/till keeps pod ${pod} on w1`

    const began = performance.now()
    const blocked = await context.tripod(reset('w1'))
    const waited = Math.round((performance.now() - began) / 1000)
    expect([blocked.code === 0, blocked.stderr]).toEqual([false, expect.stringContaining(`w1 ${told}`)])
    expect(blocked.stderr).toContain(`COMMAND_FAILED ${told}`)
    expect(blocked.stderr).toContain('kubectl edit pdb -n default till')
    expect(blocked.stderr).toContain('w1 stays cordoned: kubectl uncordon w1')
    expect(await kubectl('get node w1 -o jsonpath={.spec.unschedulable}')).toBe('true')
    expect(await kubectl('get pods -l app=shop -o jsonpath={.items[*].status.phase}')).toBe('Running')

    const answers = await answersMeanwhile(context.lab, 'm1', async () => {
      const moment = { says: told, milliseconds: 0 }
      const left = await brokenOff(context, reset('w1'), moment, () => kubectl('delete pdb till'))
      expect([left.code, left.code === 0 ? '' : left.stdout + left.stderr]).toEqual([0, ''])
    })
    console.log(`| w1, a worker (a budget kept a pod on it for ${waited} s) | ${shownAnswers(answers)} |`)
    expect(answers.failedMilliseconds).toBeLessThan(BUDGET_MS)
    expect(await asBefore('w1')).toEqual([])
    await unknownTo('w1', ['m1', 'm2', 'm3'])
    await isHealthyWithout('w1')
  })
})
