import { beforeAll, describe, expect, it } from 'vitest'
import { fault } from '../../src/lab/index.js'
import { again, brokenOff } from './support/broken-off.js'
import { said, SETTLING, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/cordon.long.test.ts: ${unable}`)

/** Ends at once when it is asked to, and keeps nothing. */
const POD = `{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":1}}}}`
const BUDGET = JSON.stringify({
  apiVersion: 'policy/v1beta1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'till', namespace: 'default' },
  spec: { minAvailable: 1, selector: { matchLabels: { app: 'shop' } } },
})

describe.skipIf(unable !== undefined)('a worker of a cluster', () => {
  const context = testLab({ name: 't-cordon', nodes: 2, os: 'debian12', kubernetes: '1.22.17' })
  const kubectl = (words: string): Promise<string> =>
    said(context.lab, 'm1', `kubectl --kubeconfig /etc/kubernetes/admin.conf ${words}`)
  const succeed = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await again(context, args)
    expect([code, code === 0 ? '' : stdout + stderr]).toEqual([0, ''])
    return stdout
  }
  const podsOn = (node: string): Promise<string> =>
    kubectl(`get pods -l app=shop --field-selector spec.nodeName=${node} -o name`)
  const cordoned = (): Promise<string> => kubectl('get node w1 -o jsonpath={.spec.unschedulable}')

  beforeAll(async () => {
    if (unable !== undefined) return
    await succeed('apply', '--yes')
    const image = await said(
      context.lab,
      'w1',
      `sed -n 's/^ *sandbox_image *= *"\\(.*\\)"/\\1/p' /etc/containerd/config.toml`,
    )
    await kubectl(`create deployment shop --image=${image}`)
    await kubectl(`patch deployment shop -p '${POD}'`)
    await kubectl(`create -f - <<'END'\n${BUDGET}\nEND`)
  })

  it('runs a pod that a disruption budget keeps', async () => {
    const healthy = () => kubectl('get pdb till -o jsonpath={.status.currentHealthy}')
    await expect.poll(healthy, { timeout: SETTLING, interval: 1000 }).toBe('1')
  })

  it('is cordoned by a plan, and again without one, and uncordoned', async () => {
    const plan = await succeed('node', 'cordon', 'w1', '--dry-run')
    expect(plan).toContain('CORDONS w1: 0 create, 0 update')
    expect(plan).toContain('kubectl cordon w1')
    expect(plan).toContain('runs on m1')
    expect(await cordoned()).toBe('')
    await succeed('node', 'cordon', 'w1', '--yes')
    expect(await cordoned()).toBe('true')
    expect(await succeed('node', 'cordon', 'w1', '--yes')).toContain('No changes. w1 gets no new pods already.')
    await succeed('node', 'uncordon', 'w1', '--yes')
    expect(await cordoned()).toBe('')
    expect(await succeed('node', 'uncordon', 'w1')).toContain('No changes. w1 gets new pods already.')
  })

  it('is told as it is: a name that nothing has, and an answer that nobody gives', async () => {
    const unknown = await context.tripod(['node', 'drain', 'w9', '--yes'])
    expect([unknown.code === 0, unknown.stderr]).toEqual([false, expect.stringContaining('UNKNOWN_NODE')])
    await said(context.lab, 'm1', 'mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/')
    await expect
      .poll(async () => (await context.tripod(['node', 'cordon', 'w1', '--yes'])).code, { timeout: SETTLING })
      .not.toBe(0)
    await said(context.lab, 'm1', 'mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/')
    await expect
      .poll(async () => (await context.tripod(['status'])).code, { timeout: SETTLING, interval: 2000 })
      .toBe(0)
  })

  it('is drained as a saved plan says, budgets named and respected, interrupted and run again', async () => {
    expect(await succeed('node', 'drain', 'w1', '--out', 'drain.json')).toContain('drain.json')
    const shown = await succeed('show', 'drain.json')
    expect(shown).toMatch(/pods? ha(s|ve) to move: .*default\/shop-/)
    expect(shown).toContain('disruption budget default/till keeps pod default/shop-')
    const says = 'disruption budget default/till keeps pod default/shop-'
    const moment = { says, milliseconds: 0 }
    const cut = await brokenOff(context, ['apply', 'drain.json', '--yes'], moment, (run) => run.kill('SIGKILL'))
    expect(cut.signal).toBe('SIGKILL')
    expect(await podsOn('w1')).not.toBe('')
    await kubectl('delete pdb till')
    await succeed('node', 'drain', 'w1', '--yes')
    expect([await cordoned(), await podsOn('w1')]).toEqual(['true', ''])
    expect(await succeed('node', 'drain', 'w1')).toContain(
      'No changes. w1 gets no new pods and has none to move already.',
    )
  })

  it('is drained and uncordoned though its machine does not answer', async () => {
    await fault(context.lab.name, 'w1', { kind: 'kill' })
    expect(await succeed('node', 'drain', 'w1')).toContain('No changes.')
    await succeed('node', 'uncordon', 'w1', '--yes')
    expect(await cordoned()).toBe('')
    await fault(context.lab.name, 'w1', { kind: 'boot' })
  })

  it('stays as an apply leaves it: cordoned or not is nothing that the inventory says', async () => {
    await succeed('node', 'cordon', 'w1', '--yes')
    await expect
      .poll(async () => (await context.tripod(['plan'])).stdout, { timeout: SETTLING, interval: 2000 })
      .toContain('No changes.')
    expect(await cordoned()).toBe('true')
  })
})
