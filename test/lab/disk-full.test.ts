import { describe, expect, it } from 'vitest'
import { fault, inside } from '../../src/lab/index.js'
import { said, testLab, unable, type Ended } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/disk-full.test.ts: ${unable}`)

const FULL = 'No space left'

/** The few that the disk is filled for. */
const STEPS = ['swap', 'kernel', 'container-runtime'].flatMap((step) => ['--step', step])

describe.skipIf(unable !== undefined)('a machine that takes no more data', () => {
  const context = testLab({ name: 't-full', nodes: 2 })

  /** All of /etc: names, modes and contents. */
  const contents = (node: string): Promise<string> =>
    said(context.lab, node, "find /etc -type f -printf '%m %u ' -exec sha256sum {} + -o -printf '%y %m %p\\n' | sort")
  const apply = (): Promise<Ended> => context.tripod(['apply', '--yes', ...STEPS])
  const converged = async (): Promise<void> => {
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect((await context.tripod(['plan', ...STEPS])).stdout).toContain('No changes. 2 nodes match')
  }
  /** Told for that machine alone, as something that can be mended; the other one got everything. */
  const expectIncomplete = (ended: Ended, why: string): void => {
    expect([ended.code, ended.stderr]).toEqual([
      10,
      expect.stringContaining('APPLY_INCOMPLETE w1 could not be finished'),
    ])
    expect(ended.stderr).toMatch(new RegExp(`COMMAND_FAILED .*(${why})`))
    expect(ended.stderr).toContain('tripod apply')
  }
  const expectNoTraces = async (): Promise<void> => {
    const found = "find /etc /var/lib/tripod /run/tripod /usr /opt -xdev -name '.tripod-*'"
    expect(await said(context.lab, 'w1', found)).toBe('')
  }

  it('under /etc keeps every file as it was, while the other one is finished', async () => {
    const { lab } = context
    const before = await contents('w1')
    await fault(lab.name, 'w1', { kind: 'fill', directory: '/etc' })
    const ended = await apply()
    expectIncomplete(ended, FULL)
    expect(ended.stderr).toContain('/etc/modules-load.d/tripod.conf')
    expect(await contents('w1')).toBe(before)
    await expectNoTraces()
    expect(await said(lab, 'm1', 'systemctl is-active containerd')).toBe('active')
    await fault(lab.name, 'w1', { kind: 'heal' })
  })

  it('where packages are downloaded to says so, and whoever is healed converges', async () => {
    const { lab } = context
    await fault(lab.name, 'w1', { kind: 'fill', directory: '/var/cache/apt' })
    const ended = await apply()
    expectIncomplete(ended, FULL)
    expect(ended.stderr).toContain('on the node')
    expect((await inside(lab, 'w1', 'test -e /usr/bin/containerd')).code).toBe(1)
    await fault(lab.name, 'w1', { kind: 'heal' })
    await converged()
  })

  it('keeps a file that is to be repaired whole, and what it had in it', async () => {
    const { lab } = context
    for (const node of ['m1', 'w1']) await said(lab, node, "sed -i '1i # a stray line' /etc/containerd/config.toml")
    const before = await contents('w1')
    await fault(lab.name, 'w1', { kind: 'fill', directory: '/etc' })
    expectIncomplete(await apply(), FULL)
    expect(await contents('w1')).toBe(before)
    expect(await said(lab, 'm1', 'grep -c "stray" /etc/containerd/config.toml; true')).toBe('0')
    await expectNoTraces()
    await fault(lab.name, 'w1', { kind: 'heal' })
    await converged()
  })

  it('where the record lies is not changed at all: what cannot be noted is not done', async () => {
    const { lab } = context
    await said(lab, 'w1', 'sysctl -qw net.ipv4.ip_forward=0')
    await fault(lab.name, 'w1', { kind: 'fill', directory: '/var/lib/tripod' })
    const ended = await apply()
    expectIncomplete(ended, FULL)
    expect(ended.stderr).toContain('/var/lib/tripod/state.json')
    expect(await said(lab, 'w1', 'sysctl -n net.ipv4.ip_forward')).toBe('0')
    await fault(lab.name, 'w1', { kind: 'heal' })
    await converged()
    await expectNoTraces()
  })

  it('for a directory is mounted read-only says so, and keeps what it has', async () => {
    const { lab } = context
    const directory = '/etc/modules-load.d'
    await said(
      lab,
      'w1',
      `rm ${directory}/tripod.conf; mount --bind ${directory} ${directory} && mount -o remount,ro,bind ${directory}`,
    )
    const before = await contents('w1')
    const ended = await apply()
    expectIncomplete(ended, 'Read-only file system')
    expect(ended.stderr).toContain(`${directory}/tripod.conf`)
    expect(await contents('w1')).toBe(before)
    await said(lab, 'w1', `umount ${directory}`)
    await converged()
  })

  it('for all of its /etc is mounted read-only is refused before anything is changed anywhere', async () => {
    const { lab } = context
    for (const node of ['m1', 'w1']) await said(lab, node, 'rm /etc/crictl.yaml')
    await said(lab, 'w1', 'mount --bind /etc /etc && mount -o remount,ro,bind /etc')
    const ended = await apply()
    expect([ended.code, ended.stderr]).toEqual([
      13,
      expect.stringContaining('P35 w1: /etc of w1 is mounted ro: configuration (/etc) cannot be written there'),
    ])
    expect((await inside(lab, 'm1', 'test -e /etc/crictl.yaml')).code).toBe(1)
    await said(lab, 'w1', 'umount /etc')
    await converged()
  })
})
