import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { serveRepository, type AptRepository } from './support/apt-repository.js'
import { type Ended, everywhere, footprint, said, testLab, touched, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/docker-source.long.test.ts: ${unable}`)

/** What Debian 13 has, whose programs are in the packages; the newer ones are there so that pinning shows. */
const VERSION = '1.7.24'
const [PINNED, NEWER] = [`${VERSION}-1`, '1.7.99-1']
const KEYRING = '/etc/apt/keyrings/tripod-docker.asc'
/** What this source has a part in; the cluster that comes after is no matter of its own. */
const STEPS = ['base-packages', 'container-runtime'].flatMap((step) => ['--step', step])
const NOBODY = '0123456789ABCDEF0123456789ABCDEF01234567'

describe.skipIf(unable !== undefined)('containerd from the repository of Docker', () => {
  const context = testLab({ name: 't-docker', nodes: 2, os: 'debian13' })
  let repository: AptRepository
  let original: string

  beforeAll(async () => {
    const { lab, directory } = context
    original = await readFile(lab.inventoryPath, 'utf8')
    repository = await serveRepository(lab, { node: 'm1', directory, versions: [PINNED, NEWER] })
  })
  afterAll(async () => {
    // Not there where the hook above failed.
    await (repository as AptRepository | undefined)?.stop()
  })

  /** The inventory with what concerns this repository. */
  const withSource = async (version: string, fingerprint = repository.fingerprint): Promise<void> => {
    const { url } = repository
    const source = original.replace('source: distribution', `source: docker\n  version: ${version}`)
    await writeFile(
      context.lab.inventoryPath,
      `${source}sources:\n  containerd:\n    url: ${url}\n    fingerprints: ['${fingerprint}']\n`,
    )
  }
  const plan = (...args: readonly string[]): Promise<Ended> => context.tripod(['plan', ...STEPS, ...args])
  const apply = (): Promise<Ended> => context.tripod(['apply', '--yes', ...STEPS])
  const forgetKey = () => rm(join(context.directory, 'state/cache'), { recursive: true, force: true })
  const absent = async () => {
    for (const path of [KEYRING, '/etc/apt/sources.list.d/tripod-docker.sources', '/usr/bin/containerd']) {
      expect([path, (await inside(context.lab, 'm1', `test -e ${path}`)).code]).toEqual([path, 1])
    }
  }

  it('is planned with the repository and its key by reference, without asking for the key', async () => {
    await withSource(VERSION)
    repository.forget()
    const planned = await plan()
    expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(planned.stdout).toContain('/etc/apt/sources.list.d/tripod-docker.sources')
    expect(planned.stdout).toContain(`URIs: ${repository.url}/debian`)
    expect(planned.stdout).toContain('Suites: trixie')
    expect(planned.stdout).toContain(
      `from ${repository.url}/debian/gpg, if its fingerprint is ${repository.fingerprint}`,
    )
    expect(planned.stdout).toMatch(new RegExp(`\\+ package +containerd\\.io +${VERSION}, held`))
    expect(repository.requests).toEqual([])
  })

  it('is refused before anything is done where the key has another fingerprint', async () => {
    await withSource(VERSION, NOBODY)
    // The first look at a fresh overlay moves the ctime of some of its directories.
    await everywhere(context.lab, (node) => footprint(context.lab, node))
    const before = await everywhere(context.lab, (node) => footprint(context.lab, node))
    const refused = await apply()
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining('SOURCE_REJECTED')])
    expect(refused.stderr).toContain(repository.fingerprint)
    expect(refused.stderr).toContain(`Accepted: ${NOBODY}`)
    const after = await everywhere(context.lab, (node) => footprint(context.lab, node))
    expect(before.flatMap((one, index) => changed(one, after[index] ?? []))).toEqual([])
  })

  it('is refused before anything is done where the key cannot be had, with how to look', async () => {
    await withSource(VERSION)
    await repository.stop()
    const refused = await apply()
    await repository.start()
    expect([refused.code, refused.stderr]).toEqual([69, expect.stringContaining('SOURCE_UNAVAILABLE')])
    expect(refused.stderr).toContain(`curl -fI ${repository.url}/debian/gpg`)
    expect(refused.stderr).toContain('ECONNREFUSED')
    await absent()
  })

  it('is refused with what there is where the repository has no such version', async () => {
    await withSource('1.7.98')
    repository.forget()
    const refused = await apply()
    expect([refused.code, refused.stderr]).toEqual([10, expect.stringContaining('APPLY_INCOMPLETE')])
    expect(refused.stderr).toContain('containerd.io 1.7.98 is not in the package repositories')
    expect(refused.stderr).toContain(`Offered: ${NEWER} ${PINNED}`)
    expect((await inside(context.lab, 'm1', 'test -e /usr/bin/containerd')).code).toBe(1)
    // However many nodes need it.
    expect(repository.requests.filter((path) => path.endsWith('/gpg'))).toHaveLength(1)
  })

  it('is refused with the stage that failed where the nodes cannot reach the repository', async () => {
    await withSource(VERSION)
    await everywhere(context.lab, (node) => said(context.lab, node, 'rm -f /run/tripod/apt-lists'))
    await repository.stop()
    const refused = await apply()
    await repository.start()
    expect([refused.code, refused.stderr]).toEqual([
      10,
      expect.stringContaining('P21 container-runtime was not started'),
    ])
    expect(refused.stderr).toContain(
      `w1: Package repository not reachable: ${repository.url}/debian/dists/trixie/InRelease (TCP: `,
    )
  })

  it('is installed in the version that was asked for, held, and serves pods as tripod configured it', async () => {
    const { lab } = context
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    await everywhere(lab, async (node) => {
      expect(await said(lab, node, "dpkg-query -W -f '${Version}' containerd.io")).toBe(PINNED)
      expect(await said(lab, node, 'apt-cache policy containerd.io | grep Candidate')).toContain(NEWER)
      expect(await said(lab, node, 'apt-mark showhold containerd.io')).toBe('containerd.io')
      expect(await said(lab, node, 'systemctl is-active containerd')).toBe('active')
      const dump = await said(lab, node, 'containerd config dump')
      expect(dump).toContain('SystemdCgroup = true')
      expect(dump).not.toContain('disabled_plugins = ["cri"]')
      expect(await said(lab, node, `stat -c '%a %U:%G' ${KEYRING}`)).toBe('644 root:root')
    })
  })

  it('has nothing left to do, for which the key is not needed', async () => {
    await forgetKey()
    await repository.stop()
    repository.forget()
    const planned = await plan('--detailed-exitcode')
    const applied = await apply()
    await repository.start()
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('No changes. 2 nodes match')])
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('No changes.')])
    expect(repository.requests).toEqual([])
  })

  it('gets the key anew where other fingerprints are accepted', async () => {
    await withSource(VERSION, `${repository.fingerprint}', '${NOBODY}`)
    const planned = await plan()
    expect(planned.stdout).toMatch(new RegExp(`~ file +${KEYRING}`))
    expect(planned.stdout).toContain(`is ${repository.fingerprint} or ${NOBODY}`)
    await withSource(VERSION)
  })

  it('is shown as drift where the key was exchanged or the version moved, and put back', async () => {
    const { lab } = context
    await said(lab, 'w1', `echo stranger >>${KEYRING}`)
    await said(lab, 'w1', 'apt-get -qq update; apt-get -qq -y --allow-change-held-packages install containerd.io 2>&1')
    expect(await said(lab, 'w1', "dpkg-query -W -f '${Version}' containerd.io")).toBe(NEWER)
    const drift = await context.tripod(['drift', '--detailed-exitcode', ...STEPS])
    expect(drift.code).toBe(2)
    expect(drift.stdout).toContain(KEYRING)
    expect(drift.stdout).toMatch(/containerd\.io .*1\.7\.99-1 -> 1\.7\.24/)
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(await said(lab, 'w1', "dpkg-query -W -f '${Version}' containerd.io; apt-mark showhold containerd.io")).toBe(
      `${PINNED}containerd.io`,
    )
    expect(await said(lab, 'w1', `grep -c stranger ${KEYRING}; true`)).toBe('0')
    expect((await plan()).stdout).toContain('No changes.')
  })

  it('is not pushed out by another source; whoever removes it by hand gets that one, and what is left of this goes', async () => {
    const { lab } = context
    await writeFile(lab.inventoryPath, original)
    const refused = await apply()
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining('PREFLIGHT_FAILED')])
    const command = 'apt-get purge --allow-change-held-packages containerd.io'
    expect(refused.stdout + refused.stderr).toContain(command)
    expect(await said(lab, 'm1', "dpkg-query -W -f '${Version}' containerd.io")).toBe(PINNED)
    await everywhere(lab, (node) => said(lab, node, `${command.replace('purge', '-qq -y purge')} 2>&1`))
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(await said(lab, 'w1', 'apt-mark showhold containerd; containerd config dump | grep SystemdCgroup')).toMatch(
      /^containerd\n.*SystemdCgroup = true/,
    )
    expect((await plan()).stdout).toContain('No changes.')
    // What is left over goes with a run of every step.
    const whole = await context.tripod(['plan'])
    for (const left of ['/etc/apt/sources.list.d/tripod-docker.sources', KEYRING]) {
      expect(whole.stdout).toMatch(new RegExp(`- file +${left} .*\\n +leftover`))
    }
  })
})

/** The lock is taken, and let go, even where nothing follows. */
function changed(before: readonly string[], after: readonly string[]): readonly string[] {
  return touched(before, after).filter((path) => !path.startsWith('/run/tripod'))
}
