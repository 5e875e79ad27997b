import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { footprint, said, testLab, touched, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/user-past.long.test.ts: ${unable}`)

const CONFIG = '/etc/containerd/config.toml'
const OWN_CONFIG = `version = 2
# ours since 2021, ask Kim
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.example.org/pause:3.6"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = false
`

describe.skipIf(unable !== undefined)('a machine whose operator had set containerd up', () => {
  const context = testLab({ name: 't-past', nodes: 1, kubernetes: '1.22.17' })

  const withSource = async (source: string): Promise<void> => {
    const { inventoryPath } = context.lab
    const text = await readFile(inventoryPath, 'utf8')
    await writeFile(inventoryPath, text.replace(/source: \w+/, `source: ${source}`))
  }

  /** Refused by P27 with the way out, and nothing of the machine touched. */
  const expectRefused = async (): Promise<void> => {
    const { lab } = context
    await withSource('docker')
    const before = await footprint(lab, 'm1')
    for (const command of [['plan'], ['apply', '--yes']]) {
      const refused = await context.tripod(command)
      expect([command, refused.code]).toEqual([command, 13])
      expect(refused.stdout + refused.stderr).toContain('PREFLIGHT_FAILED')
      expect(refused.stdout + refused.stderr).toMatch(/P27.*containerd and runc are installed on m1/)
      expect(refused.stdout + refused.stderr).toContain('source: distribution')
    }
    expect(touched(before, await footprint(lab, 'm1'))).toEqual([])
    expect(await said(lab, 'm1', "dpkg-query -W -f '${db:Status-Abbrev}' containerd")).toMatch(/^.i/)
    await withSource('distribution')
  }

  it('is refused the containerd of Docker, which would push out the one that is there', async () => {
    const { lab } = context
    const install = 'apt-get -qq update && apt-get -qq -y --no-install-recommends install containerd >/dev/null 2>&1'
    await said(lab, 'm1', install)
    await said(lab, 'm1', `cat >${CONFIG} <<'END'\n${OWN_CONFIG}END\nsystemctl restart containerd`)
    await expectRefused()
  })

  it('sees the difference to its own configuration and the restart before anything is done', async () => {
    const { lab } = context
    const before = await said(lab, 'm1', `cat ${CONFIG}`)
    const plan = await context.tripod(['plan'])
    expect(plan.code).toBe(0)
    expect(plan.stdout).toContain('! Disruption: containerd restarts on m1')
    expect(plan.stdout).toContain('-# ours since 2021, ask Kim')
    expect(plan.stdout).toContain('-    SystemdCgroup = false')
    expect(plan.stdout).toMatch(/^\s*\+.*SystemdCgroup = true/m)
    expect(plan.stdout).toMatch(/~ service +containerd\.service .*restart/)
    expect(await said(lab, 'm1', `cat ${CONFIG}`)).toBe(before)
  })

  it('asks for a yes where there is nobody to ask, and does nothing', async () => {
    const { lab } = context
    const before = await footprint(lab, 'm1')
    const refused = await context.tripod(['apply'])
    expect([refused.code, refused.stderr]).toEqual([12, expect.stringContaining('NOT_CONFIRMED')])
    expect(touched(before, await footprint(lab, 'm1'))).toEqual([])
  })

  it('keeps its original, byte for byte, where the record says', async () => {
    const { lab } = context
    const startedAt = () => said(lab, 'm1', 'systemctl show -p ActiveEnterTimestampMonotonic --value containerd')
    const before = await startedAt()
    const applied = await context.tripod(['apply', '--yes'])
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('1 restart')])
    expect(await startedAt()).not.toBe(before)
    expect(await said(lab, 'm1', 'containerd config dump | grep SystemdCgroup')).toContain('true')
    const sum = createHash('sha256').update(OWN_CONFIG).digest('hex')
    const record = JSON.parse(await said(lab, 'm1', 'cat /var/lib/tripod/state.json')) as {
      entries: Record<string, { before: unknown }>
    }
    const backup = `/var/lib/tripod/backup/${sum}`
    expect(record.entries[`file:${CONFIG}`]?.before).toMatchObject({ state: 'present', owner: 'root:root', backup })
    expect(record.entries['package:containerd']?.before).toMatchObject({ state: 'present', held: false })
    expect(await said(lab, 'm1', `sha256sum <${backup}`)).toContain(sum)
    expect((await context.tripod(['plan'])).stdout).toContain('No changes.')
  })

  it('is still refused the containerd of Docker: holding a package does not make it ours to remove', async () => {
    await expectRefused()
  })
})
