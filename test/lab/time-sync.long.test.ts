import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/time-sync.long.test.ts: ${unable}`)

const APT = 'DEBIAN_FRONTEND=noninteractive apt-get -qq -y'
const ONLY = ['--step', 'host-identity', '--step', 'time-sync']

/**
 * Clock daemons of other makes as packages, and names in /etc/hosts. Nothing here may touch the clock, which is the computer's: a
 * daemon of another make only sleeps, whatever its package would start.
 */
describe.skipIf(unable !== undefined)('names and clocks', () => {
  const context = testLab({ name: 't-time', nodes: 1 })
  const asleep = (unit: string): string =>
    `mkdir -p /etc/systemd/system/${unit}.service.d && printf '[Unit]\\nConditionCapability=\\nConditionVirtualization=\\n[Service]\\nType=exec\\nPIDFile=\\nExecStartPre=\\nExecStart=\\nExecStart=/bin/sleep infinity\\nRestart=no\\n' >/etc/systemd/system/${unit}.service.d/asleep.conf && systemctl daemon-reload`
  const run = async (command: string): Promise<string> => said(context.lab, 'm1', command)
  const plan = () => context.tripod(['plan', ...ONLY])
  const apply = async (): Promise<void> => {
    const ended = await context.tripod(['apply', '--yes', ...ONLY])
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, ''])
  }
  const settled = async (): Promise<void> => {
    const ended = await plan()
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('No changes.')])
  }
  const servers = async (list: string): Promise<void> => {
    const text = await readFile(context.lab.inventoryPath, 'utf8')
    await writeFile(context.lab.inventoryPath, text.replace(/servers: \[.*\]/, `servers: [${list}]`))
  }
  const healthy = async (): Promise<void> => {
    expect(await run('systemctl is-active chrony')).toBe('active')
    expect(await run('chronyc -n -c tracking')).toMatch(/,Normal$/)
    expect(await run('chronyc -n -c sources')).toContain(`*,${context.lab.gateway},`)
  }

  it.each(['systemd-timesyncd', 'ntpsec', 'openntpd'])(
    '%s is respected while it runs, and gives way to chrony with time.servers',
    async (daemon) => {
      await run(
        `${asleep(daemon)}; apt-get -qq update; ${APT} remove chrony; ${APT} --no-install-recommends install ${daemon}; systemctl restart ${daemon}; systemctl is-active ${daemon}`,
      )
      await servers('')
      const respected = await plan()
      expect([respected.code, respected.stdout]).toEqual([0, expect.not.stringContaining('chrony.service')])
      expect(respected.stdout).toContain(`${daemon}.service on m1 is at work, but the clock is not known`)

      await servers(context.lab.gateway)
      expect((await plan()).stdout).toContain(`remove package ${daemon}`)
      await apply()
      await healthy()
      const installed = await inside(context.lab, 'm1', `dpkg-query -W -f='\${db:Status-Abbrev}' ${daemon}`)
      expect(installed.stdout).not.toMatch(/^.i/)
      expect(await run('cat /etc/chrony/chrony.conf')).toContain(`server ${context.lab.gateway} iburst`)
      await settled()
    },
  )

  it('a machine that cannot get chrony keeps the daemon that it has', async () => {
    await run(
      `${asleep('ntpsec')}; ${APT} --no-install-recommends install ntpsec; systemctl restart ntpsec; apt-get clean; mv /etc/apt/sources.list /root/; rm -f /run/tripod/apt-lists`,
    )
    const failed = await context.tripod(['apply', '--yes', ...ONLY])
    expect(failed.code).not.toBe(0)
    expect(await run('systemctl is-active ntpsec')).toBe('active')
    await run('mv /root/sources.list /etc/apt/')
    await apply()
    await healthy()
    await settled()
  })

  it('names that somebody gave another address are named', async () => {
    await run(`sed -i -e '/^127.0.1.1/d' -e '1i 192.0.2.9 m1' /etc/hosts`)
    expect((await plan()).stdout).toContain('gives other addresses than the inventory: m1 192.0.2.9')
    await settled()
    await run(`sed -i '/^192.0.2.9/d' /etc/hosts`)
    expect((await plan()).stdout).not.toContain('gives other addresses')
    expect((await run('getent ahostsv4 m1')).split(/\s/)[0]).toBe(context.lab.nodes[0]?.address)
  })
})
