import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { caseText, casesMissing } from '../past-cases.js'
import { differences, image } from './support/image.js'
import { everywhere, said, testLab, unable } from './support/lab.js'

const hindered = unable ?? casesMissing
if (hindered !== undefined) console.warn(`SKIPPED test/lab/past-names.long.test.ts: ${hindered}`)

const TEMPLATE = '/etc/cloud/templates/hosts.debian.tmpl'
const SEED = '/var/lib/cloud/seed/nocloud'
/** The lab's own network and host keys stay, and its trees have no locales. */
const LAB_CLOUD = 'network: {config: disabled}\nssh_deletekeys: false\nlocale: false\napt_preserve_sources_list: true\n'

describe.skipIf(hindered !== undefined)('machines with names and resolvers of their past', () => {
  const context = testLab({ name: 'names-past', nodes: 2 })
  let before: readonly string[] = []

  const step = (...args: readonly string[]) => context.tripod([...args, '--step', 'host-identity'])

  async function send(node: string, path: string, input: string): Promise<void> {
    const { code } = await inside(context.lab, node, `mkdir -p "$(dirname ${path})" && cat > ${path}`, { input })
    expect(code).toBe(0)
  }

  /** On m1, on however busy a computer. */
  async function patiently(command: string): Promise<void> {
    const { code, stderr } = await inside(context.lab, 'm1', command, { timeoutSeconds: 900 })
    expect([code, stderr]).toEqual([0, expect.anything()])
  }

  async function reboot(node: string): Promise<void> {
    const former = await said(context.lab, node, 'cat /proc/sys/kernel/random/boot_id')
    await inside(context.lab, node, 'systemctl reboot')
    for (let round = 0; round < 240; round++) {
      const { code, stdout } = await inside(context.lab, node, 'cat /proc/sys/kernel/random/boot_id')
      if (code === 0 && stdout !== former) return
      await sleep(500)
    }
    throw new Error(`${node} does not come back`)
  }

  async function settings(change: (text: string) => string): Promise<void> {
    const path = context.lab.inventoryPath
    await writeFile(path, change(await readFile(path, 'utf8')))
  }

  it('of one image, with one host name and one MAC beside, are no clones', async () => {
    const { lab } = context
    for (const name of ['same-hostname.sh', 'same-mac.sh'])
      await everywhere(lab, async (node) => {
        await send(node, join('/root', name), caseText(name))
        await said(lab, node, `sh /root/${name} && rm /root/${name}`)
      })
    expect(await everywhere(lab, (node) => said(lab, node, 'hostname'))).toEqual(['debian', 'debian'])
    const plan = await step('plan')
    expect([plan.code, plan.stdout]).toEqual([0, expect.not.stringContaining('P06')])
    expect(plan.stdout).toMatch(/hostnamectl set-hostname/)
  })

  it('that keep one name are', async () => {
    await settings((text) => `hostName: keep\n${text}`)
    const plan = await step('plan')
    expect([plan.code, plan.stdout]).toEqual([13, expect.stringContaining('m1 and w1 share host name debian')])
    await settings((text) => text.replace('hostName: keep\n', ''))
  })

  it.each([caseText('resolv.conf'), 'nameserver ::1\n', 'nameserver 10.0.0.1\nnameserver 127.0.0.54\n'])(
    'that would give pods a resolver of their own are refused: %j',
    async (text) => {
      const { lab } = context
      const former = await said(lab, 'w1', 'cat /etc/resolv.conf')
      await send('w1', '/etc/resolv.conf', text)
      const refused = await step('plan')
      await settings((inventory) => `${inventory}kubelet:\n  resolvConf: /etc/kubernetes/resolv.conf\n`)
      const told = await step('plan')
      await settings((inventory) => inventory.replace(/kubelet:\n {2}resolvConf.*\n/, ''))
      await send('w1', '/etc/resolv.conf', `${former}\n`)
      expect([refused.code, refused.stdout]).toEqual([13, expect.stringMatching(/P31 fatal.*w1.*127\.0\.0\.|::1/)])
      expect(refused.stdout).toContain('kubelet.resolvConf')
      expect([told.code, told.stdout]).toEqual([0, expect.not.stringContaining('P31')])
    },
  )

  it('whose user-data has cloud-init make /etc/hosts know the nodes, with the names that they keep, after a boot', async () => {
    const { lab } = context
    await patiently('apt-get -qq update && apt-get -qq -y --no-install-recommends install cloud-init >/dev/null 2>&1')
    await send('m1', '/etc/cloud/cloud.cfg.d/99-lab.cfg', LAB_CLOUD)
    await send('m1', `${SEED}/meta-data`, 'instance-id: i1\nlocal-hostname: m1\n')
    await send('m1', `${SEED}/user-data`, caseText('cloud-init-user-data.yaml'))
    await reboot('m1')
    await patiently('cloud-init status --wait')
    await said(lab, 'w1', 'hostnamectl set-hostname Ip-10-77-0-12.ec2.internal')
    await settings((text) => text.replace('- name: w1\n', '- name: w1\n    hostName: keep\n'))
    before = await image(lab, 'm1')
    const applied = await step('apply', '--yes')
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    await reboot('m1')
    await patiently('cloud-init status --wait')
    expect(await said(lab, 'm1', 'cat /etc/hosts')).toMatch(
      /127\.0\.1\.1 m1\.example\.org m1\n[^]*\n10\.77\.\d+\.12 ip-10-77-0-12\.ec2\.internal ip-10-77-0-12\n/,
    )
    expect(await said(lab, 'w1', 'hostname')).toBe('Ip-10-77-0-12.ec2.internal')
    expect((await step('plan')).stdout).toContain('No changes.')
  })

  it('stay so by vendor data, and by a file that is sorted after ours', async () => {
    const { lab } = context
    // What nothing wants any more is told by a whole plan alone.
    const template = async () => /hosts\.debian\.tmpl .*/.exec((await context.tripod(['plan'])).stdout)?.[0]
    await said(lab, 'm1', 'sed -i s/manage_etc_hosts:.*// /var/lib/cloud/instance/cloud-config.txt')
    expect(await template()).toContain('our lines are taken back')
    await send('m1', '/etc/cloud/cloud.cfg.d/99_provider.cfg', 'manage_etc_hosts: "True" # of the provider\n')
    expect(await template()).toBeUndefined()
    await said(lab, 'm1', 'rm /etc/cloud/cloud.cfg.d/99_provider.cfg')
    await send('m1', '/var/lib/cloud/instance/vendor-cloud-config.txt', '#cloud-config\nmanage_etc_hosts: template\n')
    expect(await template()).toBeUndefined()
  })

  it('are as they were after a reset', async () => {
    const { lab } = context
    const reset = await context.tripod(['reset', '--confirm', lab.name])
    expect([reset.code, reset.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(differences(before, await image(lab, 'm1'))).toEqual([])
    expect(await said(lab, 'm1', `grep -c tripod ${TEMPLATE} /etc/hosts; exit 0`)).toBe(`${TEMPLATE}:0\n/etc/hosts:0`)
    expect(await said(lab, 'w1', 'hostname')).toBe('Ip-10-77-0-12.ec2.internal')
  })
})
