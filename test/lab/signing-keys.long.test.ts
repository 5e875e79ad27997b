import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extendKey, serveFlatRepository, type AptRepository } from './support/apt-repository.js'
import { bare, kubelet } from './support/stand-ins.js'
import { type Ended, said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/signing-keys.long.test.ts: ${unable}`)

const VERSION = '1.28.15-1.1'
const PACKAGES = [
  kubelet(VERSION, '1.2.0'),
  ...['kubeadm', 'kubectl'].flatMap((name) => bare(name, VERSION)),
  ...bare('kubernetes-cni', '1.2.0-2.1'),
  ...bare('cri-tools', '1.28.0-1.1'),
]
const LIBRARY = ['x86_64', 'aarch64']
  .map((one) => `/usr/lib/${one}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path))
const DAY = 86_400_000
const KEYRING = '/etc/apt/keyrings/tripod-kubernetes.asc'

/** The key of a repository ends in 40 days: what operators see before and after that day. */
describe.skipIf(unable !== undefined)('a repository whose signing key ends', () => {
  const context = testLab({ name: 't-keys', nodes: 1, os: 'debian12' })
  let repository: AptRepository
  let day: string
  let ahead = 0

  beforeAll(async () => {
    const { lab, directory } = context
    const written = await readFile(lab.inventoryPath, 'utf8')
    day = new Date(Date.now() + 40 * DAY).toISOString().slice(0, 10)
    repository = await serveFlatRepository(lab, { directory, packages: PACKAGES, life: '40d' })
    await writeFile(
      lab.inventoryPath,
      `${written.replace(/version: 1\.\d+\.\d+/, 'version: 1.28.15')}sources:
  kubernetes:
    url: ${repository.url}
    fingerprints: ['${repository.fingerprint}']
`,
    )
    await said(lab, 'm1', 'apt-get -qq update && apt-get -qq -y install faketime 2>&1')
  })
  afterAll(async () => {
    await (repository as AptRepository | undefined)?.stop()
  })

  /**
   * From now on it is that many days later for tripod, and for what asks for the day on the machine: date, and gpgv for apt. Not for
   * all of it: sshd lets nothing be loaded before it.
   */
  const later = async (days: number): Promise<void> => {
    ahead = days
    const wrap = `path=$(command -v $name); mv $path $path.real
printf '#!/bin/sh\\nLD_PRELOAD=%s FAKETIME=+%dd exec %s.real "$@"\\n' ${LIBRARY ?? ''} ${days} $path >$path; chmod 755 $path`
    await said(context.lab, 'm1', `for name in date gpgv; do ${wrap}; done`)
  }
  const tripod = (...args: readonly string[]): Promise<Ended> =>
    context.tripod(args, {
      ...(ahead > 0 && {
        LD_PRELOAD: LIBRARY ?? '',
        FAKETIME: `+${ahead}d`,
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        NO_FAKE_STAT: '1',
      }),
    })
  const STEPS = ['--step', 'base-packages', '--step', 'kubernetes-packages']
  const plan = (): Promise<Ended> => tripod('plan', '--detailed-exitcode', ...STEPS)
  const apply = (): Promise<Ended> => tripod('apply', '--yes', ...STEPS)
  const calm = async (): Promise<string> => {
    const [planned, applied] = [await plan(), await apply()]
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('No changes.')])
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('No changes.')])
    return planned.stdout
  }

  it('is installed from, and named with its day while it still holds', async () => {
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(await calm()).toContain(
      `P22 warning: On m1, the signing key ${KEYRING} ends on ${day}; the file at its source lasts no longer`,
    )
    expect((await tripod('doctor')).stdout).toContain(`the signing key ${KEYRING} ends on ${day}`)
  })

  it('changes nothing when the day has passed: what is installed runs on', async () => {
    await later(45)
    expect(await said(context.lab, 'm1', 'date +%s')).toMatch(
      new RegExp(`^${String(Date.now() + 45 * DAY).slice(0, 5)}`),
    )
    expect(await calm()).toContain(`ended on ${day}: packages of its repository cannot be installed (EXPKEYSIG)`)
    const status = await tripod('status')
    expect(status.stdout).toContain(`ended on ${day}`)
  })

  it('changes nothing where the source cannot be asked either, and says so', async () => {
    await repository.stop()
    const told = await calm()
    await repository.start()
    expect(told).toContain('no longer-lived file could be had: ')
  })

  it('is refused in plain words where something has to be installed from it', async () => {
    await said(
      context.lab,
      'm1',
      'apt-get -qq -y --allow-change-held-packages purge kubelet 2>&1; rm -rf /var/lib/apt/lists/* /run/tripod/apt-lists',
    )
    const refused = await apply()
    expect(refused.code).not.toBe(0)
    expect(refused.stdout + refused.stderr).toContain('has expired on the node')
    expect(refused.stdout + refused.stderr).toContain('a file of the same key that lasts longer')
  })

  it('is well again once its owner has extended it: the new file is a change of the plan, with its reason', async () => {
    await extendKey(context.directory, repository, '2y')
    const planned = await plan()
    expect([planned.code, planned.stdout]).toEqual([
      2,
      expect.stringContaining(`ends on ${day}, and the file at its source ends on `),
    ])
    const applied = await apply()
    expect([applied.code, applied.stdout + applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(await said(context.lab, 'm1', "dpkg-query -W -f '${Version}' kubelet")).toBe(VERSION)
    expect(await calm()).not.toContain('P22')
  })
})
