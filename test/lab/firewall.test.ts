import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/read/load.js'
import { inside } from '../../src/lab/index.js'
import type { CommandResource } from '../../src/resources/resource.js'
import { security } from '../../src/steps/security/index.js'
import { contextWith } from '../steps/context.js'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/firewall.test.ts: ${unable}`)

const SECURITY = ['--step', 'security']
const INSTALL = 'apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq install'

/** What others told the firewalls: of ufw all without our mark, of firewalld all but our policies, as it works and as it is kept. */
const THEIRS = {
  m1: `ufw show added | grep -v "comment 'tripod'"`,
  m2: `firewall-cmd --get-default-zone; firewall-cmd --list-all-zones
find /etc/firewalld -type f ! -path '*/policies/tripod*' -exec sha256sum {} + | sort`,
}

/** Three masters: ufw at work on m1, firewalld on m2, each with rules of its own; nothing on m3. */
describe.skipIf(unable !== undefined)('machines with a firewall', () => {
  const context = testLab({ name: 't-firewall', nodes: 3 })

  const tripod = (...args: readonly string[]) => context.tripod([...args, ...SECURITY])
  const succeed = async (...args: readonly string[]): Promise<string> => {
    const ended = await tripod(...args)
    expect([args, ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([args, 0, ''])
    return ended.stdout
  }
  const decide = async (choice: string): Promise<void> => {
    const { inventoryPath } = context.lab
    const text = await readFile(inventoryPath, 'utf8')
    await writeFile(inventoryPath, `${text.replace(/^firewall:.*\n/m, '')}firewall: ${choice}\n`)
  }
  const theirs = async (): Promise<readonly string[]> =>
    await Promise.all(Object.entries(THEIRS).map(([node, command]) => said(context.lab, node, command)))
  const addressOf = (name: string): string => context.lab.nodes.find((one) => one.name === name)?.address ?? ''
  /** What m3 gets to hear when it connects. */
  const fromM3 = async (name: string, port: number): Promise<string> => {
    const { code, stderr } = await inside(
      context.lab,
      'm3',
      `timeout 2 bash -c 'exec 3<>/dev/tcp/${addressOf(name)}/${port}'`,
    )
    return code === 124 ? 'timeout' : (/(Connection refused|No route to host)/.exec(stderr)?.[0] ?? `code ${code}`)
  }
  const command = async (name: string, firewall: 'ufw' | 'firewalld', id: string): Promise<CommandResource> => {
    const { cluster } = await loadInventory(context.lab.inventoryPath)
    const node = cluster.nodes.find((one) => one.name === name)
    if (node === undefined) throw new Error(`no node ${name}`)
    const facts = { security: { appArmor: false, firewalls: [firewall] } }
    const resources = security.resources({ ...contextWith({ facts }), cluster, node })
    const found = resources.find((one) => one.kind === 'command' && one.id === id)
    if (found?.kind !== 'command') throw new Error(`no command ${id}`)
    return found
  }

  let before: readonly string[] = []

  it('are refused until somebody has decided', async () => {
    const { lab } = context
    await Promise.all([
      said(lab, 'm1', `${INSTALL} ufw`),
      said(lab, 'm2', `${INSTALL} firewalld`),
      said(lab, 'm3', `${INSTALL} iptables`),
    ])
    await said(
      lab,
      'm1',
      `ufw allow 22/tcp && ufw allow 6443/tcp comment 'ours for years' && ufw allow log 30000:32767/udp &&
ufw deny from 192.0.2.66 && ufw limit 8080/tcp && ufw route allow in on host0 out on lo && ufw --force enable`,
    )
    await said(
      lab,
      'm2',
      `firewall-cmd --permanent --zone=work --add-source=192.0.2.0/24 &&
firewall-cmd --permanent --zone=public --add-rich-rule='rule family=ipv4 source address=192.0.2.66 drop' &&
firewall-cmd --permanent --new-policy=others && firewall-cmd --reload`,
    )
    before = await theirs()
    const refused = await tripod('plan')
    expect(refused.code).toBe(13)
    expect(refused.stdout).toMatch(/P28 fatal: m1,m2 \(2 nodes\):\n +m1: ufw is active.*\n +m2: firewalld is active/)
    expect(await Promise.all([fromM3('m1', 6444), fromM3('m2', 6444)])).toEqual(['timeout', 'No route to host'])
  })

  it('let the nodes through to each other, and nothing of others is touched', async () => {
    const { lab } = context
    await decide('manage')
    const plan = await succeed('plan')
    expect(plan).toContain(`ufw allow from ${addressOf('m3')} proto vrrp`)
    expect(plan).toContain(`<source address="${addressOf('m3')}"/>`)
    expect(plan).toContain('firewall-cmd --reload')
    await succeed('apply', '--yes')
    expect(await theirs()).toEqual(before)
    expect(await Promise.all([fromM3('m1', 6444), fromM3('m2', 6444)])).toEqual(Array(2).fill('Connection refused'))
    expect(await said(lab, 'm1', 'iptables -S FORWARD | head -n 1')).toBe('-P FORWARD ACCEPT')
    expect(await said(lab, 'm2', 'nft list chain inet firewalld filter_IN_policy_tripod_allow')).toContain(
      `ip saddr ${addressOf('m3')} meta l4proto vrrp accept`,
    )
    expect(await succeed('plan')).toContain('No changes.')
  })

  it('are as they were told after they loaded everything again', async () => {
    const { lab } = context
    await said(lab, 'm1', 'ufw reload')
    await said(lab, 'm2', 'systemctl restart firewalld')
    expect(await succeed('plan')).toContain('No changes.')
  })

  it('get rules back that somebody deleted, and lose those that nothing wants any more', async () => {
    const { lab } = context
    const rule = `rule family="ipv4" source address="${addressOf('m3')}" port port="6444" protocol="tcp" accept`
    await said(lab, 'm1', `ufw delete allow from ${addressOf('m3')} to any port 6444 proto tcp`)
    await said(lab, 'm1', 'ufw allow from 192.0.2.7 to any port 10250 proto tcp comment tripod')
    await said(lab, 'm2', `firewall-cmd --policy=tripod --remove-rich-rule='${rule}'`)
    expect(await Promise.all([fromM3('m1', 6444), fromM3('m2', 6444)])).toEqual(['timeout', 'No route to host'])
    const drift = await tripod('drift', '--detailed-exitcode')
    expect(drift.code).toBe(2)
    expect(drift.stdout).toContain(`ufw allow from ${addressOf('m3')} to any port 6444 proto tcp`)
    expect(drift.stdout).toContain('ufw delete allow from 192.0.2.7 to any port 10250 proto tcp')
    expect(drift.stdout).toContain('it has other rules in the policy tripod')
    await succeed('apply', '--yes')
    expect(await theirs()).toEqual(before)
    expect(await Promise.all([fromM3('m1', 6444), fromM3('m2', 6444)])).toEqual(Array(2).fill('Connection refused'))
  })

  it('are left as they are where what somebody else wants is in the way', async () => {
    const { lab } = context
    await said(lab, 'm1', 'ufw deny 30000:32767/tcp')
    await said(lab, 'm2', 'firewall-cmd --zone=public --add-port=2222/tcp && rm /etc/firewalld/policies/tripod.xml')
    const rule = 'rule port port="30000-32767" protocol="tcp" accept'
    await said(lab, 'm2', `firewall-cmd --policy=tripod --remove-rich-rule='${rule}'`)
    const refused = await tripod('apply', '--yes')
    expect([refused.code, refused.stderr]).toEqual([expect.any(Number), expect.stringContaining('STATE_UNKNOWN')])
    expect(refused.stdout).toMatch(/m1: .*rules of somebody else deny or limit: 30000:32767\/tcp/)
    expect(refused.stdout).toMatch(/m2: .*at run time that is not in its files/)
    expect(await said(lab, 'm2', 'firewall-cmd --zone=public --list-ports')).toBe('2222/tcp')
    await said(lab, 'm1', 'ufw delete deny 30000:32767/tcp')
    await said(lab, 'm2', 'firewall-cmd --zone=public --remove-port=2222/tcp')
    await succeed('apply', '--yes')
    expect(await theirs()).toEqual(before)
  })

  it('may be switched off by somebody, and are the same when they are on again', async () => {
    const { lab } = context
    await said(lab, 'm1', 'ufw disable')
    await said(lab, 'm2', 'systemctl stop firewalld')
    expect(await succeed('plan')).toContain('No changes.')
    await said(lab, 'm1', 'ufw --force enable')
    await said(lab, 'm2', 'systemctl start firewalld')
    expect(await succeed('plan')).toContain('No changes.')
    expect(await fromM3('m2', 6444)).toBe('Connection refused')
  })

  it('are found between machines by trying: what drops, and what rejects', async () => {
    const { lab } = context
    const rules = [
      `INPUT -s ${addressOf('m1')} -p tcp --dport 2379 -j DROP`,
      `INPUT -s ${addressOf('m1')} -p tcp --dport 10250 -j REJECT --reject-with icmp-admin-prohibited`,
    ]
    for (const rule of rules) await said(lab, 'm3', `iptables -I ${rule}`)
    // All of one's own are right: the step has nothing to do, and it is the doctor who asks.
    const doctor = await context.tripod(['doctor'])
    expect(doctor.stdout).toContain('m1 cannot reach m3 on port 2379 (timeout: a firewall)')
    expect(doctor.stdout).toContain('m1 cannot reach m3 on port 10250 (rejected or no route)')
    expect(doctor.stdout).not.toMatch(/m2 cannot reach/)
    for (const rule of rules) await said(lab, 'm3', `iptables -D ${rule}`)
  })

  it('forget tripod by its undo', async () => {
    const { lab } = context
    for (const [name, firewall, id] of [
      ['m1', 'ufw', 'ufw-rules'],
      ['m1', 'ufw', 'ufw-forwarding'],
      ['m2', 'firewalld', 'firewalld-policies'],
    ] as const) {
      const { undo } = await command(name, firewall, id)
      if (typeof undo === 'string') throw new Error(`${id} can be undone`)
      await said(lab, name, undo.run('-P FORWARD DROP').text)
    }
    expect(await theirs()).toEqual(before)
    expect(await said(lab, 'm1', 'ufw show added; iptables -S FORWARD | head -n 1')).not.toMatch(/tripod|ACCEPT/)
    expect(await Promise.all([fromM3('m1', 6444), fromM3('m2', 6444)])).toEqual(['timeout', 'No route to host'])
    await succeed('apply', '--yes')
  })

  it('are switched off where that is asked for, and stay so', async () => {
    const { lab } = context
    await decide('disable')
    await succeed('apply', '--yes')
    expect(await said(lab, 'm1', 'ufw status')).toContain('inactive')
    expect((await inside(lab, 'm2', 'systemctl is-active firewalld; systemctl is-enabled firewalld')).stdout).toBe(
      'inactive\ndisabled',
    )
    expect(await succeed('plan')).toContain('No changes.')
  })
})
