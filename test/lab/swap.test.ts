import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { machinePlaces } from '../../src/lab/places.js'
import { said, testLab, unable } from './support/lab.js'

const rows = readFileSync('/proc/swaps', 'utf8').trim().split('\n').slice(1)
// A computer's own swap is hidden from its machines, and with it that of the test.
const hindered = unable ?? (rows.length > 0 ? 'this computer has swap of its own' : undefined)
if (hindered !== undefined) console.warn(`SKIPPED test/lab/swap.test.ts: ${hindered}`)

const NAME = 't-swap'
/** Inside on a plain directory: the rest of a machine lies on an overlay, on which the kernel takes no swap file. */
const SWAPFILE = '/var/lib/containerd/swapfile'
const OUTSIDE = join(machinePlaces(NAME, 'm1').containerd, 'swapfile')
const FSTAB = `# swap was on /dev/vda9 once
${SWAPFILE} none swap sw,nofail 0 0
UUID=0000 /srv/swap ext4 noauto,nofail 0 0
`
const GENERATOR = '/usr/lib/systemd/system-generators/zram-generator'

/** Swap is the kernel's, and so every machine's and this computer's: off whatever happens, and as briefly on as can be. */
async function swapOffForSure(): Promise<void> {
  await execa('swapoff', [OUTSIDE], { reject: false })
}

describe.skipIf(hindered !== undefined)('a machine with swap on', () => {
  beforeAll(swapOffForSure)
  const context = testLab({ name: NAME, nodes: 1 })
  afterAll(swapOffForSure)

  it('is shown with swapoff, how it is taken back, and every source of swap; apply switches all off', async () => {
    const { lab } = context
    await said(lab, 'm1', PREPARE)
    await said(lab, 'm1', `swapon -p 7 ${SWAPFILE}`)
    expect(await said(lab, 'm1', 'tail -n +2 /proc/swaps')).toContain('/swapfile')
    const plan = await context.tripod(['plan', '--step', 'swap'])
    const applied = await context.tripod(['apply', '--yes', '--step', 'swap'])
    const swaps = await readSwaps()
    await swapOffForSure()

    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(swaps).not.toContain('swapfile')
    expect(plan.stdout).toMatch(/> command +swapoff +swapoff -a/)
    expect(plan.stdout).toContain('swapfile is on, 65532 KiB')
    expect(plan.stdout).toContain('undo: swapon what was on')
    expect(plan.stdout).toContain(`-${SWAPFILE} none swap sw,nofail 0 0`)
    expect(plan.stdout).toContain(`+# disabled by tripod: ${SWAPFILE} none swap sw,nofail 0 0`)
    expect(plan.stdout).toMatch(/\+ file +\/etc\/systemd\/system-generators\/zram-generator/)
    expect(plan.stdout).toMatch(/service +dev-lab\.swap .*mask/)
    expect(plan.stdout).toMatch(/service +var-own\.swap .*disable/)
    expect(plan.stdout).not.toContain('-UUID=0000')
  })

  it('has no swap in use, nor anything that brings it back at boot, and what was is on record', async () => {
    const { lab } = context
    expect(await said(lab, 'm1', 'tail -n +2 /proc/swaps')).toBe('')
    expect(await said(lab, 'm1', 'cat /etc/fstab')).toBe(
      FSTAB.replace(`\n${SWAPFILE}`, `\n# disabled by tripod: ${SWAPFILE}`).trimEnd(),
    )
    const enabled = (unit: string) => inside(lab, 'm1', `systemctl is-enabled ${unit}`)
    expect((await enabled('dev-lab.swap')).stdout).toBe('masked')
    expect((await enabled('var-own.swap')).stdout).toBe('disabled')
    expect(await said(lab, 'm1', 'grep -v "^#" /etc/systemd/system-generators/zram-generator')).toBe('exit 0')
    const record = JSON.parse(await said(lab, 'm1', 'cat /var/lib/tripod/state.json')) as {
      entries: Record<string, { before: unknown }>
    }
    expect(record.entries['command:swapoff']?.before).toMatch(/^7 .*swapfile/)
  })

  it('has nothing left to do, and a generator of zram written later is drift that is taken back', async () => {
    const { lab } = context
    const noop = async () => (await context.tripod(['plan', '--step', 'swap'])).stdout
    expect(await noop()).toContain('No changes.')
    await said(lab, 'm1', 'echo : >>/etc/systemd/system-generators/zram-generator; systemctl unmask dev-lab.swap')
    const drift = await context.tripod(['drift', '--step', 'swap', '--detailed-exitcode'])
    expect([drift.code, drift.stdout]).toEqual([2, expect.stringContaining('-:')])
    expect(drift.stdout).toContain('dev-lab.swap')
    expect((await context.tripod(['apply', '--yes', '--step', 'swap'])).code).toBe(0)
    expect(await noop()).toContain('No changes.')
  })
})

/** A swap file, its line, a unit without [Install] in /usr, one that is enabled in /etc, and what makes zram-generator be there. */
const PREPARE = `set -e
dd if=/dev/zero of=${SWAPFILE} bs=1M count=64 status=none
chmod 600 ${SWAPFILE}; mkswap -q ${SWAPFILE}
cat >/etc/fstab <<'END'
${FSTAB}END
printf '[Swap]\\nWhat=/dev/lab\\n' >/usr/lib/systemd/system/dev-lab.swap
printf '[Swap]\\nWhat=/var/own\\n[Install]\\nWantedBy=swap.target\\n' >/etc/systemd/system/var-own.swap
printf '#!/bin/sh\\nexit 0\\n' >${GENERATOR}; chmod 755 ${GENERATOR}
systemctl daemon-reload
systemctl enable var-own.swap`

async function readSwaps(): Promise<string> {
  return (await execa('cat', ['/proc/swaps'])).stdout
}
