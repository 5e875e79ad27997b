import { existsSync, statSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inside } from '../../src/lab/index.js'
import { serveFlatRepository, type AptRepository } from './support/apt-repository.js'
import { bare, kubelet } from './support/stand-ins.js'
import { type Ended, footprint, said, testLab, touched, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/kubernetes-source.test.ts: ${unable}`)

/** The newest packaging of the wanted version, an older one, and versions around it; and of the next minor. */
const OFFERED = ['1.28.14-1.1', '1.28.15-1.1', '1.28.15-2.1', '1.28.16-1.1']
const NEXT = '1.29.3-1.1'
const PACKAGES = [
  ...[...OFFERED, NEXT].map((version) => kubelet(version, '1.2.0')),
  ...['kubeadm', 'kubectl'].flatMap((name) => bare(name, ...OFFERED, NEXT)),
  ...bare('kubernetes-cni', '1.2.0-2.1'),
  ...bare('cri-tools', '1.28.0-1.1'),
]
/** Its kubelet needs newer CNI plugins than those of the former minor. */
const NEXT_PACKAGES = [
  kubelet(NEXT, '1.3.0'),
  ...['kubeadm', 'kubectl'].flatMap((name) => bare(name, NEXT)),
  ...bare('kubernetes-cni', '1.3.0-1.1'),
  ...bare('cri-tools', '1.29.0-1.1'),
]
const WANTED = '1.28.15'
const CHOSEN = '1.28.15-2.1'
const NOBODY = '0123456789ABCDEF0123456789ABCDEF01234567'
const HELD = ['cri-tools', 'kubeadm', 'kubectl', 'kubelet', 'kubernetes-cni']
const VERSIONS = "dpkg-query -W -f '${Package} ${Version}\\n' kubelet kubeadm kubectl kubernetes-cni cri-tools"

describe.skipIf(unable !== undefined)('Kubernetes from a repository of its packages', () => {
  const context = testLab({ name: 't-kubepkg', nodes: 1, os: 'debian12' })
  let repository: AptRepository
  let original: string
  let lockFile: string

  beforeAll(async () => {
    const { lab, directory } = context
    original = await readFile(lab.inventoryPath, 'utf8')
    lockFile = join(directory, 'inventory.lock.yaml')
    repository = await serveFlatRepository(lab, { directory, packages: PACKAGES })
  })
  afterAll(async () => {
    // Not there where the hook above failed.
    await (repository as AptRepository | undefined)?.stop()
  })

  const inventoryFor = (version: string, url: string, fingerprint: string): string =>
    `${original.replace(/version: 1\.\d+\.\d+/, `version: ${version}`)}sources:
  kubernetes:
    url: ${url}
    fingerprints: ['${fingerprint}']
`
  const withSource = (version = WANTED, fingerprint = repository.fingerprint): Promise<void> =>
    writeFile(context.lab.inventoryPath, inventoryFor(version, repository.url, fingerprint))
  const STEPS = ['--step', 'base-packages', '--step', 'kubernetes-packages']
  const plan = (...more: readonly string[]): Promise<Ended> => context.tripod(['plan', ...STEPS, ...more])
  const apply = (): Promise<Ended> => context.tripod(['apply', '--yes', ...STEPS])
  const on = (command: string): Promise<string> => said(context.lab, 'm1', command)
  /** The first look at a fresh overlay moves the ctime of some of its directories. */
  const look = async () => {
    await footprint(context.lab, 'm1')
    return await footprint(context.lab, 'm1')
  }
  const untouched = async (before: readonly string[]) => {
    const after = await footprint(context.lab, 'm1')
    // The lock is taken, and let go, even where nothing follows.
    expect(touched(before, after).filter((path) => !path.startsWith('/run/tripod'))).toEqual([])
  }

  it('is planned without asking anybody for anything', async () => {
    await withSource()
    const planned = await plan()
    expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect(planned.stdout).toContain(`URIs: ${repository.url}`)
    expect(planned.stdout).toContain('Suites: /')
    expect(planned.stdout).toMatch(/\+ package +kubelet +1\.28\.15, held/)
    expect(planned.stdout).toContain('first: every node reaches its package repository for kubernetes (curl) (P21)')
    expect(repository.requests).toEqual([])
    expect(existsSync(lockFile)).toBe(false)
  })

  it('is refused before anything is changed where the key is another one', async () => {
    await withSource(WANTED, NOBODY)
    const before = await look()
    const refused = await apply()
    expect([refused.code, refused.stderr]).toEqual([13, expect.stringContaining('SOURCE_REJECTED')])
    expect(refused.stderr).toContain(`Accepted: ${NOBODY}`)
    await untouched(before)
    expect(existsSync(lockFile)).toBe(false)
  })

  it('is refused by the doctor and before its first change where the machines do not reach the repository, with the stage', async () => {
    await withSource()
    // The key is at hand from here on; the base packages are Debian's own.
    expect((await context.tripod(['apply', '--yes', '--step', 'base-packages'])).code).toBe(0)
    expect((await apply()).code).toBe(0)
    await on('apt-get -qq -y --allow-change-held-packages purge kubelet 2>&1')
    await repository.stop()
    const before = await look()
    const refused = await apply()
    const examined = await context.tripod(['doctor'])
    await repository.start()
    const host = repository.url.replace('http://', '')
    expect([refused.code, refused.stderr]).toEqual([
      10,
      expect.stringContaining('P21 kubernetes-packages was not started'),
    ])
    expect(refused.stderr).toMatch(
      new RegExp(`m1: Package repository not reachable: http://${host}/InRelease \\(TCP: `),
    )
    expect([examined.code, examined.stdout + examined.stderr]).toEqual([13, expect.stringContaining('(TCP: ')])
    await untouched(before)
  })

  it('names another stage where the repository answers, but not with what is needed', async () => {
    const inventory = await readFile(context.lab.inventoryPath, 'utf8')
    await writeFile(context.lab.inventoryPath, inventory.replace(repository.url, `${repository.url}/elsewhere`))
    const examined = await context.tripod(['doctor'])
    await writeFile(context.lab.inventoryPath, inventory.replace(repository.url, 'http://nowhere.invalid'))
    const nowhere = await context.tripod(['doctor'])
    await withSource()
    expect(examined.stdout + examined.stderr).toContain('(HTTP: The requested URL returned error: 404)')
    expect(nowhere.stdout + nowhere.stderr).toMatch(/\(DNS: .*resolv/i)
  })

  it('is refused with what there is where the repository has no such version', async () => {
    await withSource('1.28.13')
    const refused = await apply()
    expect([refused.code, refused.stderr]).toEqual([
      10,
      expect.stringContaining('kubelet 1.28.13 is not in the package'),
    ])
    expect(refused.stderr).toContain(`Offered: ${NEXT} ${OFFERED.toReversed().join(' ')}`)
    expect((await inside(context.lab, 'm1', 'test -e /usr/bin/kubelet')).code).toBe(1)
  })

  it('is installed at exactly the wanted version, held, and enabled', async () => {
    await withSource()
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect((await on(VERSIONS)).split('\n').sort()).toEqual([
      'cri-tools 1.28.0-1.1',
      `kubeadm ${CHOSEN}`,
      `kubectl ${CHOSEN}`,
      `kubelet ${CHOSEN}`,
      'kubernetes-cni 1.2.0-2.1',
    ])
    expect((await on('apt-mark showhold')).split('\n')).toEqual(HELD)
    expect(await on('systemctl is-enabled kubelet')).toBe('enabled')
    expect(await on('cd /usr/bin; ls conntrack ethtool socat 2>&1; ls /usr/sbin/ipset')).toContain('/usr/sbin/ipset')
  })

  it('is noted in the lock file', async () => {
    const text = await readFile(lockFile, 'utf8')
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'nodes:',
      '  m1:',
      '    cri-tools: 1.28.0-1.1',
      `    kubeadm: ${CHOSEN}`,
      `    kubectl: ${CHOSEN}`,
      `    kubelet: ${CHOSEN}`,
      '    kubernetes-cni: 1.2.0-2.1',
      '',
    ])
  })

  it('has nothing left to do, while the kubelet starts again and again, and without key or repository', async () => {
    await rm(join(context.directory, 'state/cache'), { recursive: true, force: true })
    await repository.stop()
    await on('systemctl start kubelet')
    const { ino } = statSync(lockFile)
    const before = await look()
    const [planned, applied] = [await plan('--detailed-exitcode'), await apply()]
    await repository.start()
    expect([planned.code, planned.stdout]).toEqual([0, expect.stringContaining('No changes.')])
    expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('No changes.')])
    await untouched(before)
    expect(statSync(lockFile).ino).toBe(ino)
  })

  it('is shown as drift where a hold is gone or a version moved, and put back', async () => {
    await on('apt-mark unhold kubeadm; systemctl disable kubelet 2>&1; apt-get -qq update')
    await on('apt-get -qq -y --allow-change-held-packages install kubectl 2>&1')
    expect(await on("dpkg-query -W -f '${Version}' kubectl")).toBe(NEXT)
    const drift = await context.tripod(['drift', '--detailed-exitcode'])
    expect(drift.code).toBe(2)
    expect(drift.stdout).toMatch(/kubeadm .*1\.28\.15-2\.1, hold/)
    expect(drift.stdout).toMatch(/kubectl .*1\.29\.3-1\.1 -> 1\.28\.15/)
    expect(drift.stdout).toMatch(/kubelet\.service .*enable/)
    const applied = await apply()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect((await on('apt-mark showhold')).split('\n')).toEqual(HELD)
    expect(await on("dpkg-query -W -f '${Version}' kubectl; systemctl is-enabled kubelet")).toBe(`${CHOSEN}enabled`)
    expect((await plan()).stdout).toContain('No changes.')
  })

  it('puts a hold back without the repository', async () => {
    await on('apt-mark unhold kubelet')
    await repository.stop()
    const applied = await apply()
    await repository.start()
    expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
    expect((await on('apt-mark showhold')).split('\n')).toEqual(HELD)
  })

  it('moves all of it to another minor on a machine that has not joined, also what is held at any version', async () => {
    const directory = join(context.directory, 'next')
    const other = await serveFlatRepository(context.lab, { directory, packages: NEXT_PACKAGES })
    try {
      const inventory = inventoryFor('1.29.3', other.url, other.fingerprint)
      // Debian 12's containerd is too old for it, which does not matter here.
      await writeFile(context.lab.inventoryPath, inventory.replace('accept: [', 'accept: [P24, '))
      const applied = await apply()
      expect([applied.code, applied.stderr]).toEqual([0, expect.not.stringContaining('Cause')])
      expect(await on(VERSIONS)).toContain(`kubelet ${NEXT}`)
      expect(await on(VERSIONS)).toContain('kubernetes-cni 1.3.0-1.1')
      expect((await on('apt-mark showhold')).split('\n')).toEqual(HELD)
      expect(await readFile(lockFile, 'utf8')).toContain('kubernetes-cni: 1.3.0-1.1')
      expect((await plan()).stdout).toContain('No changes.')
      await withSource()
      expect((await apply()).code).toBe(0)
      expect(await on(VERSIONS)).toContain(`kubelet ${CHOSEN}`)
    } finally {
      await other.stop()
    }
  })

  it('uses a source of the machine’s own that has a key: apt would refuse a second one', async () => {
    await on(`cp /etc/apt/keyrings/tripod-kubernetes.asc /etc/apt/keyrings/own.asc
rm /etc/apt/sources.list.d/tripod-kubernetes.sources
echo 'deb [signed-by=/etc/apt/keyrings/own.asc] ${repository.url}/ /' >/etc/apt/sources.list.d/own.list`)
    const planned = await plan()
    expect(planned.stdout).not.toMatch(/[+~] file/)
    await on('rm /etc/apt/sources.list.d/own.list /etc/apt/keyrings/own.asc')
    expect((await plan()).stdout).toMatch(/\+ file .*tripod-kubernetes\.sources/)
    expect((await apply()).code).toBe(0)
  })
})
