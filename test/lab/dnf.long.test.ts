import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseFacts } from '../../src/facts/parse/parse.js'
import { factsScript } from '../../src/facts/script.js'
import { inside } from '../../src/lab/index.js'
import type { WantedPackage } from '../../src/os/os-family.js'
import { rhel } from '../../src/os/rhel.js'
import type { Script } from '../../src/shell.js'
import { build, serveRpms, servesRpms, useRepository, type SmallRpm } from './support/rpm-repository.js'
import { said, testLab, unable } from './support/lab.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/dnf.long.test.ts: ${unable}`)

const NEEDS_CNI = { lines: ['Requires: kubernetes-cni >= 1.2.0'] }
const PACKAGES: readonly SmallRpm[] = [
  ...['1.28.14-150500.1.1', '1.28.15-150500.2.1', '1.28.15-150500.10.1', '1.28.150-1.1', '1.29.0-1.1'].map(
    (version) => ({ name: 'kubelet', version, ...NEEDS_CNI }),
  ),
  { name: 'kubernetes-cni', version: '1.4.0-150500.1.1' },
  { name: 'container-selinux', version: '4:2.235.0-2.el9_6', lines: ['BuildArch: noarch'] },
  { name: 'odd++', version: '1-1' },
  { name: 'runc', version: '4:1.2.5-2.el9' },
  { name: 'containerd.io', version: '2.3.1-1.el9', lines: ['Conflicts: runc'] },
]
const { packages } = rhel

/** The lab boots no Rocky Linux: these are its tools, in the versions that Debian 12 and 13 have of them. */
const MACHINES = [
  { os: 'debian12', dnf: '4.14' },
  { os: 'debian13', dnf: '4.23' },
] as const

describe.skipIf(unable !== undefined).each(MACHINES)('the real dnf $dnf, on $os', ({ os }) => {
  const context = testLab({ name: `t-dnf-${os}`, nodes: 1, os })

  /** Runs a script as tripod does, stderr among the rest. */
  const run = async (script: Script): Promise<{ readonly code: number | null; readonly output: string }> => {
    const { code, stdout, stderr } = await inside(context.lab, 'm1', `export LC_ALL=C\n${script.text}`)
    return { code, output: `${stdout}\n${stderr}` }
  }
  const done = async (script: Script): Promise<string> => {
    const { code, output } = await run(script)
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    return output
  }
  const refused = async (script: Script) => {
    const { code, output } = await run(script)
    const failure = packages.explainFailure(output)
    expect([code === 0, failure === undefined ? output : '']).toEqual([false, ''])
    return `${failure?.check ?? ''}: ${failure?.message ?? ''}`
  }
  const seen = async (...names: readonly string[]) =>
    [...packages.read(names, (await run(packages.query(names))).output)].map(([name, one]) =>
      one.state === 'present' ? `${name} ${one.version}${one.held ? ' held' : ''}` : `${name} ${one.state}`,
    )
  const kubelet = (version: string): WantedPackage => ({ name: 'kubelet', version, held: true })
  const also = (name: string, held = false): WantedPackage => ({ name, held })

  beforeAll(async () => {
    await serveRpms(context.lab, 'm1', PACKAGES)
  })
  beforeEach(async () => {
    await said(
      context.lab,
      'm1',
      'rpm -qa | xargs -r rpm -e --allmatches --nodeps 2>/dev/null; : >/etc/dnf/plugins/versionlock.list',
    )
    await useRepository(context.lab, 'm1', 'good')
  })

  it('installs the newest release of the very version, holds it, and goes back where that is wanted', async () => {
    await done(packages.install([kubelet('1.28.15'), also('container-selinux', true), also('odd++')]))
    expect(await seen('kubelet', 'kubernetes-cni', 'container-selinux', 'odd++', 'kube')).toEqual([
      'kubelet 1.28.15-150500.10.1 held',
      'kubernetes-cni 1.4.0-150500.1.1',
      'container-selinux 2.235.0-2.el9_6 held',
      'odd++ 1-1',
      'kube absent',
    ])
    await done(packages.install([kubelet('1.29')], ['container-selinux']))
    expect(await seen('kubelet', 'container-selinux')).toEqual([
      'kubelet 1.29.0-1.1 held',
      'container-selinux 2.235.0-2.el9_6 held',
    ])
    await done(packages.install([kubelet('1.28.14')]))
    expect(await seen('kubelet')).toEqual(['kubelet 1.28.14-150500.1.1 held'])
  })

  it('removes what is there of the named ones and nothing else, and knows the difference around an installation', async () => {
    const before = (await done(packages.list())).split('\n')
    await done(packages.install([kubelet('1.28.15'), also('odd++')]))
    const added = (await done(packages.list())).split('\n').filter((name) => !before.includes(name))
    // No gpg-pubkey, which the installation has taken in.
    expect(added.toSorted()).toEqual(['kubelet', 'kubernetes-cni', 'odd++'])
    expect(await said(context.lab, 'm1', 'rpm -qa gpg-pubkey')).toMatch(/^gpg-pubkey-/)
    expect(await refused(packages.remove(['kubernetes-cni']))).toMatch(/^P26: .*needed by \(installed\) kubelet/)
    await said(context.lab, 'm1', 'rpm -e odd++')
    await done(packages.remove(added))
    expect(await seen(...added)).toEqual(added.map((name) => `${name} absent`))
    expect((await run(packages.isAway('kubelet'))).code).toBe(0)
    await done(packages.remove(added))
  })

  it('holds and releases without its repository', async () => {
    await done(packages.install([also('kubelet'), also('odd++', true)]))
    await servesRpms(context.lab, 'm1', false)
    try {
      await said(context.lab, 'm1', 'rm -rf /var/cache/dnf')
      await done(packages.hold([also('kubelet', true), also('odd++')]))
      expect(await seen('kubelet', 'odd++')).toEqual(['kubelet 1.29.0-1.1 held', 'odd++ 1-1'])
      expect(await refused(packages.install([kubelet('1.28.15')]))).toMatch(
        /^P21: .*127\.0\.0\.1:8000\/good\S* \(TCP: no connection\)$/,
      )
      expect(await seen('kubelet')).toEqual(['kubelet 1.29.0-1.1 held'])
    } finally {
      await servesRpms(context.lab, 'm1', true)
    }
  })

  it('takes nothing that is not offered, not signed, or in the way of what is there', async () => {
    expect(await refused(packages.install([kubelet('1.28.16')]))).toBe(
      'P23: kubelet 1.28.16 is not in the package repositories',
    )
    await done(packages.install([also('runc')]))
    expect(await refused(packages.install([also('containerd.io')]))).toMatch(/^P26: .*conflicts with runc/)
    await useRepository(context.lab, 'm1', 'unsigned')
    expect(await refused(packages.install([kubelet('1.28.15')]))).toMatch(/^P22: .*kubelet-1\.28\.15\S*\.rpm has none/)
    await useRepository(context.lab, 'm1', 'good')
    await said(
      context.lab,
      'm1',
      'rpm -e $(rpm -qa gpg-pubkey) && cp /srv/rpm/other.asc /etc/pki/rpm-gpg/tripod-kubernetes.asc',
    )
    expect(await refused(packages.install([kubelet('1.28.15')]))).toMatch(/^P22: .*Public key for kubelet/)
    await said(context.lab, 'm1', 'cp /srv/rpm/good.asc /etc/pki/rpm-gpg/tripod-kubernetes.asc')
    expect(await seen('kubelet', 'containerd.io', 'runc')).toEqual([
      'kubelet absent',
      'containerd.io absent',
      'runc 1.2.5-2.el9',
    ])
  })

  it('sees what a mirror got since it last looked, when that was more than ten minutes ago', async () => {
    const newer = build({ name: 'kubelet', version: '1.30.1-1.1', ...NEEDS_CNI })
    expect(await refused(packages.install([kubelet('1.30')]))).toMatch(/^P23/)
    await said(
      context.lab,
      'm1',
      `cd /root; ${newer}
GNUPGHOME=/root/rpm-keys rpmsign --define '__gpg /usr/bin/gpg' --define '_gpg_name good' --addsign rpmbuild/RPMS/*/kubelet-1.30.1*.rpm >/dev/null 2>&1 || exit 1
GNUPGHOME=/root/rpm-keys gpgconf --kill all
cp rpmbuild/RPMS/*/kubelet-1.30.1*.rpm /srv/rpm/good && createrepo_c -q /srv/rpm/good
find /var/cache/dnf /etc/dnf /etc/yum.repos.d -exec touch -d '11 minutes ago' {} +`,
    )
    await done(packages.install([kubelet('1.30')]))
    expect(await seen('kubelet')).toEqual(['kubelet 1.30.1-1.1 held'])
  })

  it('is what the facts of a node tell its packages by, where there is no dpkg', async () => {
    await done(packages.install([kubelet('1.28.15'), also('runc')]))
    const facts = async () => {
      const text = factsScript().text.replaceAll('command -v dpkg-query', 'command -v no-dpkg-query')
      const { stdout } = await inside(context.lab, 'm1', text)
      return parseFacts(`${stdout}\n`, { node: 'm1', sentAt: 0, receivedAt: 0 }).packages
    }
    const installed = { kubelet: '1.28.15-150500.10.1', runc: '1.2.5-2.el9' }
    expect((await facts()).installed).toEqual({ ...installed, 'kubernetes-cni': '1.4.0-150500.1.1' })
    await said(context.lab, 'm1', 'rpm -e --nodeps runc kubelet kubernetes-cni')
    expect(await facts()).toMatchObject({ installed: {}, broken: false })
  })

  it('says of a damaged database that nothing is installed: unknown all the same', async () => {
    await done(packages.install([also('odd++')]))
    await said(
      context.lab,
      'm1',
      'cd "$(rpm --eval %_dbpath)"; cp rpmdb.sqlite /root/rpmdb.good; echo garbage >rpmdb.sqlite',
    )
    try {
      expect(await seen('odd++')).toEqual(['odd++ unknown'])
      expect((await run(packages.isAway('odd++'))).code).toBe(2)
      expect((await run(packages.list())).code).not.toBe(0)
    } finally {
      await said(
        context.lab,
        'm1',
        'cd "$(rpm --eval %_dbpath)"; rm -f rpmdb.sqlite*; cp /root/rpmdb.good rpmdb.sqlite; rpm -q odd++',
      )
    }
  })
})
