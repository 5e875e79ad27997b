import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { differences, image } from './support/image.js'
import { MINUTE, said, testLab, unable, type Ended } from './support/lab.js'

/** How machines came to be so: no part of the project, beside it or where TRIPOD_TEST_DATA says. */
const CASES = join(process.env['TRIPOD_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'cases')
const hindered =
  unable ?? (existsSync(CASES) ? undefined : `there is no ${CASES} (TRIPOD_TEST_DATA names another place)`)
if (hindered !== undefined) console.warn(`SKIPPED test/lab/past-kernel.long.test.ts: ${hindered}`)

const from = (name: string): string => readFileSync(join(CASES, name), 'utf8')
const STEPS = ['host-identity', 'swap', 'kernel'].flatMap((step) => ['--step', step])
const MAKERS = ['zram-config', 'armbian-zram-config', 'zramswap', 'swapspace']

/** A vendor's file that keeps the key from being set, one of an administrator in the other spelling, and one that is masked. */
const SETTINGS = `
cat >/etc/sysctl.d/999-hardening.conf
printf 'kernel.panic = 0\\n-net.ipv4.ip_forward\\n' >/usr/lib/sysctl.d/zz-vendor.conf
mkdir -p /usr/local/lib/sysctl.d
printf -- '-net/ipv4/ip_forward = 0\\n' >/usr/local/lib/sysctl.d/zy-local.conf
printf 'net.ipv4.ip_forward = 0\\n' >/usr/lib/sysctl.d/zzz-masked.conf
ln -s /dev/null /etc/sysctl.d/zzz-masked.conf
sysctl -qw net.ipv4.ip_forward=0`

/** A generator as systemd-zram-generator is one: drop-ins configure it, also where its main file is empty. */
const GENERATOR = `
mkdir -p /etc/systemd/zram-generator.conf.d
printf '[zram0]\\nzram-size = ram / 2\\n' >/etc/systemd/zram-generator.conf.d/10-own.conf
cat >/usr/lib/systemd/system-generators/zram-generator <<'END'
#!/bin/sh
touch /run/zram-was-made
END
chmod 755 /usr/lib/systemd/system-generators/zram-generator`

describe.skipIf(hindered !== undefined)('a machine with a past', () => {
  const context = testLab({ name: 'kernel-past', nodes: 1 })
  const run = (script: string): Promise<string> => said(context.lab, 'm1', script)
  const plan = (): Promise<Ended> => context.tripod(['plan', ...STEPS])
  const apply = (...steps: readonly string[]): Promise<Ended> => context.tripod(['apply', '--yes', ...steps])
  const fed = (name: string, script: string): Promise<string> => run(`{ ${script}\n} <<'CASE'\n${from(name)}\nCASE`)

  /** Waits until its boot is another one and tripod can look at it; ends what does not come back. */
  const rebooted = async (before: string): Promise<void> => {
    const end = Date.now() + 5 * MINUTE
    while (Date.now() < end) {
      await sleep(1000)
      const { code, stdout } = await inside(context.lab, 'm1', 'cat /proc/sys/kernel/random/boot_id')
      if (code !== 0 || stdout === before) continue
      if ((await context.tripod(['plan', '--step', 'host-identity'])).code === 0) return
    }
    throw new Error('m1 did not come back from its reboot')
  }
  const bootId = (): Promise<string> => run('cat /proc/sys/kernel/random/boot_id')

  let before: readonly string[]
  beforeAll(async () => {
    await run(from('swap-makers.sh'))
    await run(GENERATOR)
    await fed('999-hardening.conf', SETTINGS)
    await fed('sysctl.conf', 'cat >>/etc/sysctl.conf')
    const id = await bootId()
    await inside(context.lab, 'm1', from('no-dbus.sh'))
    await rebooted(id)
    before = await image(context.lab, 'm1')
  })

  it('has what undoes kernel settings named by file and line, and D-Bus that does not run', async () => {
    const { stdout } = await plan()
    for (const named of [
      '/etc/sysctl.d/999-hardening.conf:2 sets net.ipv4.ip_forward to 0',
      '/usr/lib/sysctl.d/zz-vendor.conf:2 keeps net.ipv4.ip_forward from being set',
      '/usr/local/lib/sysctl.d/zy-local.conf:1 sets net.ipv4.ip_forward to 0',
      /\/etc\/sysctl\.conf:\d+ sets net\.ipv4\.ip_forward to 0/,
      /P03.* D-Bus does not run on m1/,
    ])
      expect(stdout.replaceAll(/\n\s+/g, ' ')).toMatch(
        named instanceof RegExp ? named : new RegExp(named.replaceAll('.', '\\.')),
      )
    expect(/P38.*/.exec(stdout)?.[0]).not.toContain('zzz-masked')
  })

  it('gets its name without hostnamectl, its settings, and no swap, now and after a reboot', async () => {
    const applied = await apply(...STEPS)
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect((await plan()).stdout).toContain('No changes.')
    const id = await bootId()
    await run('rm -f /run/zram-was-made')
    await inside(context.lab, 'm1', 'systemctl reboot')
    await rebooted(id)
    expect((await plan()).stdout).toContain('No changes.')
    expect(await run('hostname; cat /etc/hostname; sysctl -n net.ipv4.ip_forward')).toBe('m1\nm1\n1')
    expect(await run('sysctl --system >/dev/null 2>&1; sysctl -n net.ipv4.ip_forward')).toBe('1')
    const states = await inside(
      context.lab,
      'm1',
      `systemctl is-enabled ${MAKERS.join(' ')}; systemctl is-active ${MAKERS.join(' ')}`,
    )
    expect(states.stdout.split('\n')).toEqual([...MAKERS.map(() => 'disabled'), ...MAKERS.map(() => 'inactive')])
    expect(await run("grep -c '^ResourceDisk.EnableSwap=n$' /etc/waagent.conf")).toBe('1')
    expect(await run('ls /run/zram-was-made 2>&1; true')).toContain('No such file')
  })

  it('has a setting written into a later file afterwards taken back as drift', async () => {
    await run("printf 'net/ipv4/ip_forward = 0\\n' >>/etc/sysctl.d/999-hardening.conf")
    const drift = await context.tripod(['drift', '--step', 'kernel', '--detailed-exitcode'])
    expect([drift.code, drift.stdout]).toEqual([
      2,
      expect.stringContaining('+# disabled by tripod: net/ipv4/ip_forward = 0'),
    ])
    await run("sed -i '$d' /etc/sysctl.d/999-hardening.conf")
    expect((await plan()).stdout).toContain('No changes.')
  })

  it('is after a reset what it was', async () => {
    const reset = await context.tripod(['reset', '--confirm', context.lab.name])
    expect([reset.code, reset.code === 0 ? '' : reset.stdout + reset.stderr]).toEqual([0, ''])
    // A directory that may be anybody's stays (docs/reset.md).
    const found = differences(before, await image(context.lab, 'm1'))
    expect(found).toEqual(['+ etc ./systemd/system-generators d 755 root:root '])
  })

  it('has what is mounted so that nothing runs there, and swap of unknown origin, named before anything is done', async () => {
    await run(`mount --bind /opt /opt && mount -o remount,bind,noexec /opt
mount -o remount,bind,nosuid,nodev /var/lib/containerd
printf 'Filename Type Size Used Priority\\n/srv/forgotten file 1024 0 -2\\n' >/run/swaps && mount --bind /run/swaps /proc/swaps`)
    const { code, stdout } = await plan()
    expect([code, stdout]).toEqual([13, expect.stringContaining('P35')])
    const flat = stdout.replaceAll(/\n\s+/g, ' ')
    expect(flat).toContain('/opt of m1 is mounted noexec: network plugins (/opt/cni/bin) cannot run there')
    expect(flat).toContain('/var/lib/containerd of m1 is mounted nosuid,nodev: volumes of pods inherit it')
    expect(flat).toContain('Swap on /srv/forgotten of m1 is started by nothing that tripod knows')
    await run('umount /proc/swaps /opt; mount -o remount,bind,suid,dev /var/lib/containerd')
  })

  it('has a controller that the kernel was booted without named', async () => {
    await run(from('no-memory-cgroup.sh'))
    const { code, stdout } = await plan()
    const lacks = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 0 : 13
    expect(code).toBe(lacks)
    if (lacks === 13) expect(stdout).toContain('runs without the cgroup controller memory (cgroup v1)')
    await run('umount /proc/cgroups')
  })

  it('has paths opened that are closed to who is not root, and closed again by a reset', async () => {
    await run(`${from('keyrings-dir.sh')}
chmod 0640 /etc/resolv.conf /etc/hosts; chmod 0700 /etc/ssl /etc/ssl/certs /usr/share/keyrings`)
    const closed = await image(context.lab, 'm1')
    const applied = await apply('--step', 'base-packages')
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(await run('stat -c %a /etc/apt/keyrings /etc/resolv.conf /etc/ssl/certs')).toBe('755\n644\n705')
    expect((await context.tripod(['plan', '--step', 'base-packages'])).stdout).toContain('No changes.')
    expect((await context.tripod(['reset', '--confirm', context.lab.name])).code).toBe(0)
    expect(differences(closed, await image(context.lab, 'm1'))).toEqual([])
  })
})
