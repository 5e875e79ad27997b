import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/saved-plan.test.ts: ${unable}`)

const STEPS = ['--step', 'host-identity', '--step', 'kernel']
/** A line that a hand might add. */
const HAND = `printf '10.9.8.7 printer\\n' >> /etc/hosts`
const CANARY = 'canary-7f3a91c2d4'

describe.skipIf(unable !== undefined)('a saved plan', () => {
  const context = testLab({ name: 't-saved', nodes: 2 })
  const file = (): string => join(context.directory, 'lab.plan.json')
  const planned = async (): Promise<void> => {
    const { code, stdout } = await context.tripod(['plan', ...STEPS, '--out', 'lab.plan.json'])
    expect([code, stdout.split('\n').at(-1)]).toEqual([
      0,
      'Saved lab.plan.json (expires 24 h). Next: tripod apply lab.plan.json',
    ])
  }

  it('is for its owner alone, and is shown as it was when it was made', async () => {
    const made = await context.tripod(['plan', ...STEPS, '--out', 'lab.plan.json'])
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    const shown = await context.tripod(['show', 'lab.plan.json'])
    const body = ({ stdout }: { readonly stdout: string }): readonly string[] => stdout.split('\n').slice(0, -1)
    expect(body(shown)).toEqual(body(made))
    expect(shown.stdout).toMatch(/Made .* UTC by tripod .*, expires .* UTC\. Next: tripod apply lab\.plan\.json$/)
  })

  it('is refused when a file was changed by hand: node, file, digests, time and owner are named, nothing is done', async () => {
    await planned()
    await said(context.lab, 'w1', HAND)
    const before = await said(context.lab, 'w1', 'cat /etc/hosts')
    const { code, stderr } = await context.tripod(['apply', 'lab.plan.json'])
    expect(code).toBe(11)
    expect(stderr).toContain('PLAN_STALE')
    expect(stderr).toMatch(
      /w1:edit:\/etc\/hosts changed since plan \(planned from [0-9a-f]{8}, now [0-9a-f]{8}, written \d{4}-\d\d-\d\d \d\d:\d\d UTC, owner root\)/,
    )
    expect(stderr).not.toContain('m1:')
    expect(stderr).toContain('tripod plan -i')
    expect(await said(context.lab, 'w1', 'cat /etc/hosts')).toBe(before)
    expect(await said(context.lab, 'm1', 'ls /etc/sysctl.d')).not.toContain('99-zz-tripod.conf')
  })

  it('is carried out without a question where the machines are as it says', async () => {
    await planned()
    const { code, stdout, stderr } = await context.tripod(['apply', 'lab.plan.json'])
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('!')])
    expect(stdout).toMatch(/Applied \d+ changes on 2 nodes/)
    expect(await said(context.lab, 'm1', 'ls /etc/sysctl.d')).toContain('99-zz-tripod.conf')
    expect(await said(context.lab, 'w1', 'cat /etc/hosts')).toContain('10.9.8.7 printer')
  })

  it('is stale a second time: nothing of it is left to do', async () => {
    const { code, stderr } = await context.tripod(['apply', 'lab.plan.json'])
    expect([code, stderr]).toEqual([11, expect.stringContaining('it was already applied')])
  })

  it('leaves alone what drifts where it has nothing to do', async () => {
    await said(context.lab, 'm1', `sed -i '/printer/d; /END tripod/i 10.9.8.8 intruder' /etc/hosts`)
    await planned()
    await said(context.lab, 'w1', 'rm /etc/modules-load.d/tripod.conf')
    const { code } = await context.tripod(['apply', 'lab.plan.json'])
    expect(code).toBe(0)
    expect(await said(context.lab, 'm1', 'cat /etc/hosts')).not.toContain('intruder')
    expect(await said(context.lab, 'w1', 'ls /etc/modules-load.d')).not.toContain('tripod.conf')
  })

  it('is for the inventory it was made from, and no other', async () => {
    await planned()
    const text = await readFile(context.lab.inventoryPath, 'utf8')
    await writeFile(context.lab.inventoryPath, `${text}# a remark\n`)
    const changed = await context.tripod(['apply', 'lab.plan.json'])
    await writeFile(context.lab.inventoryPath, text.replace(/^cluster: .*$/m, 'cluster: other'))
    const other = await context.tripod(['apply', 'lab.plan.json'])
    await writeFile(context.lab.inventoryPath, text)
    expect([changed.code, changed.stderr]).toEqual([11, expect.stringMatching(/PLAN_STALE.*inventory\.yaml changed/s)])
    expect([other.code, other.stderr]).toEqual([11, expect.stringContaining('PLAN_OTHER_CLUSTER')])
    const flags = await context.tripod(['apply', 'lab.plan.json', '--node', 'm1'])
    expect([flags.code, flags.stderr]).toEqual([64, expect.stringContaining('--node m1')])
  })

  it('holds none of the secrets that the inventory names', async () => {
    const text = await readFile(context.lab.inventoryPath, 'utf8')
    // One that somebody set up by hand: neither its text nor a hash of it.
    const present = `auth_pass ${CANARY}d\n`
    await said(
      context.lab,
      'm1',
      `mkdir -p /etc/keepalived; printf '${present.trim()}\\n' > /etc/keepalived/keepalived.conf`,
    )
    const secretFile = join(context.directory, 'vrrp.txt')
    await writeFile(secretFile, `${CANARY}b\n`)
    for (const password of ['env:TRIPOD_CANARY', `file:${secretFile}`]) {
      await writeFile(
        context.lab.inventoryPath,
        text.replace(/^endpoint:$/m, `endpoint:\n  vrrp: { password: "${password}" }`),
      )
      const { code, stdout, stderr } = await context.tripod(
        ['plan', '--step', 'load-balancer', '--out', 'secret.json'],
        {
          TRIPOD_CANARY: `${CANARY}a`,
          TRIPOD_SSH_PASSWORD: `${CANARY}c`,
        },
      )
      expect([0, 13]).toContain(code)
      const saved = await readFile(join(context.directory, 'secret.json'), 'utf8')
      expect(saved).toContain('/etc/keepalived/keepalived.conf')
      expect(saved).toMatch(/present, \d+ bytes, changed /)
      expect(saved + stdout + stderr).not.toContain('canary-7f')
      expect(saved).not.toContain(createHash('sha256').update(present).digest('hex').slice(0, 12))
    }
    await writeFile(context.lab.inventoryPath, text)
  })
})
