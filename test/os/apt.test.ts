import { describe, expect, test } from 'vitest'
import { hold, install, remove } from '../../src/os/apt.js'
import { explainFailure } from '../../src/os/apt-failures.js'
import { runWith, type Programs } from './machine.js'

const MADISON = `case $2 in
containerd) printf '%s\\n' 'containerd | 1.70.1-1 | http://deb.example.org bookworm/main' 'containerd | 1.7.24~ds1-6 | http://deb.example.org bookworm/main' 'containerd | 1.7.24~ds1-6 | http://deb.example.org bookworm-updates/main' 'containerd | 1.6.20~ds1-1+deb12u3 | http://deb.example.org bookworm/main' ;;
docker-ce) printf '%s\\n' 'docker-ce | 5:28.0.4-1~debian.12~bookworm | https://deb.example.org stable' 'docker-ce | 5:27.5.1-1~debian.12~bookworm | https://deb.example.org stable' ;;
esac`

/** A machine with apt, where everything works and the package lists are stale. */
const APT: Programs = {
  dpkg: '',
  ls: '',
  find: '',
  mkdir: 'exit 1',
  sleep: '',
  'apt-get': '',
  'apt-mark': '',
  'apt-cache': MADISON,
}

// The stamp lies in /run, which a test must not touch: recent lists keep the script away from it.
const RECENT: Programs = { ...APT, find: 'case $1 in /run/*) echo recent ;; esac' }

async function installed(version: string | undefined, name = 'containerd', programs = RECENT) {
  const ran = await runWith(install([{ name, held: true, ...(version === undefined ? {} : { version }) }]), programs)
  const call = ran.calls.find((line) => line.startsWith('apt-get') && line.includes(' install '))
  return { ...ran, chosen: call?.split(' install ')[1] }
}

describe('the version that is installed', () => {
  test.each([
    ['1.7', 'containerd', 'containerd=1.7.24~ds1-6'],
    ['1.70', 'containerd', 'containerd=1.70.1-1'],
    ['1.7.24', 'containerd', 'containerd=1.7.24~ds1-6'],
    ['1.6.20', 'containerd', 'containerd=1.6.20~ds1-1+deb12u3'],
    ['27', 'docker-ce', 'docker-ce=5:27.5.1-1~debian.12~bookworm'],
    [undefined, 'containerd', 'containerd'],
  ])('%s of %s: any packaging revision, with epoch, and no longer number', async (version, name, expected) => {
    const { code, chosen } = await installed(version, name)
    expect(chosen).toBe(expected)
    expect(code).toBe(0)
  })

  test.each(['2.3', '1.7.2', '.*', '1.6.20~'])(
    '%s is not there: nothing is installed, and what there is gets listed',
    async (version) => {
      const { code, chosen, output } = await installed(version)
      expect(chosen).toBeUndefined()
      expect(code).toBe(100)
      expect(explainFailure(output)).toEqual({
        check: 'P23',
        message: `containerd ${version} is not in the package repositories`,
        fix: 'Offered: 1.70.1-1 1.7.24~ds1-6 1.6.20~ds1-1+deb12u3. Choose one of them in the inventory',
      })
    },
  )
})

describe('an installation', () => {
  test('releases and holds only what it names, in one transaction that removes nothing', async () => {
    const packages = [
      { name: 'containerd', version: '1.7', held: true },
      { name: 'runc', held: false },
    ]
    const { calls } = await runWith(install(packages), RECENT)
    const after = calls.slice(calls.indexOf('apt-mark unhold containerd runc'))
    expect(after[0]).toBe('apt-mark unhold containerd runc')
    expect(after[1]).toMatch(
      /^apt-get .*--no-install-recommends --no-remove --allow-downgrades install containerd=1\.7\.24~ds1-6 runc$/,
    )
    expect(after[1]).toContain('DPkg::Lock::Timeout=600')
    expect(after[1]).toContain('--force-confold')
    expect(after[2]).toBe('apt-mark hold containerd')
    expect(after).toHaveLength(3)
    expect(calls.join('\n')).not.toContain('allow-change-held-packages')
  })

  test('lets held ones move along that go with what it names, and holds them again', async () => {
    const { calls } = await runWith(install([{ name: 'containerd', version: '1.7', held: true }], ['runc']), RECENT)
    const after = calls.slice(calls.indexOf('apt-mark unhold containerd runc'))
    expect(after[1]).toMatch(/ install containerd=1\.7\.24~ds1-6$/)
    expect(after.slice(2)).toEqual(['apt-mark hold containerd runc'])
  })

  const BROKEN = 'case $2 in update) echo "E: Failed to fetch http://gone.invalid/x  gone"; exit 100 ;; esac'

  test('refreshes lists that are old; where that fails, what the others offer is installed', async () => {
    const { code, calls, chosen } = await installed('1.7', 'containerd', { ...APT, 'apt-get': BROKEN })
    expect(calls).toContain('apt-get -q update --error-on=any')
    expect(calls.filter((call) => call.startsWith('mkdir'))).toEqual([])
    expect(chosen).toBe('containerd=1.7.24~ds1-6')
    expect(code).toBe(0)
  })

  test('names the failed refresh, not the version, where what is wanted is not offered after it', async () => {
    const { code, chosen, output } = await installed('2.3', 'containerd', { ...APT, 'apt-get': BROKEN })
    expect(chosen).toBeUndefined()
    expect(code).toBe(100)
    expect(explainFailure(output)).toMatchObject({
      check: 'P21',
      message: expect.stringContaining('gone.invalid') as string,
    })
  })

  test('refreshes them too when a source was touched since', async () => {
    const find = 'case $1 in /run/*) echo recent ;; /etc/apt) echo /etc/apt/sources.list.d/docker.list ;; esac'
    const { calls } = await installed(undefined, 'containerd', { ...APT, find })
    expect(calls).toContain('apt-get -q update --error-on=any')
  })

  test('finishes what an interrupted dpkg left, before anything else', async () => {
    const dpkg = '[ "$1" != --audit ] || echo "The following packages are only half configured"'
    const { calls } = await installed(undefined, 'containerd', { ...RECENT, dpkg })
    expect(calls.slice(0, 2)).toEqual(['dpkg --audit', 'dpkg --force-confold --force-confdef --configure -a'])
    const updates = await installed(undefined, 'containerd', { ...RECENT, ls: 'echo 0001' })
    expect(updates.calls).toContain('dpkg --force-confold --force-confdef --configure -a')
  })

  test('waits for a lock that dpkg does not wait for, and not for other failures', async () => {
    const locked =
      'if [ -e "$STATE/freed" ]; then exit 0; fi; touch "$STATE/freed"; echo "dpkg: error: dpkg frontend lock was locked by another process with pid 834"; exit 100'
    const waited = await installed(undefined, 'containerd', { ...RECENT, 'apt-mark': locked })
    expect(waited.code).toBe(0)
    expect(waited.calls).toContain('sleep 5')
    const failed = await installed(undefined, 'containerd', { ...RECENT, 'apt-mark': 'exit 7' })
    expect(failed.code).toBe(7)
    expect(failed.calls).not.toContain('sleep 5')
  })

  test('gives up on a lock after ten minutes, with its holder in the output', async () => {
    const locked = 'echo "dpkg: error: dpkg frontend lock was locked by another process with pid 834"; exit 2'
    const { code, calls, output } = await installed(undefined, 'containerd', { ...RECENT, 'apt-mark': locked })
    expect(code).toBe(2)
    expect(calls.filter((call) => call === 'sleep 5')).toHaveLength(120)
    expect(explainFailure(output)).toMatchObject({
      check: 'P25',
      message: expect.stringContaining('pid 834') as string,
    })
  })
})

test('holding alone installs nothing', async () => {
  const packages = [
    { name: 'containerd', held: true },
    { name: 'runc', held: false },
  ]
  const { calls } = await runWith(hold(packages), APT)
  expect(calls.filter((call) => !/^(dpkg|ls)/.test(call))).toEqual(['apt-mark hold containerd', 'apt-mark unhold runc'])
})

test('removal purges exactly what it names, through dpkg, which takes nothing else along', async () => {
  const { calls, code } = await runWith(remove(['containerd', 'runc']), APT)
  expect(calls.findLast((call) => call.startsWith('dpkg --purge'))).toBe('dpkg --purge -- containerd runc')
  expect(code).toBe(0)
  expect((await runWith(remove([]), APT)).calls).toEqual([''])
  expect(await runWith(remove(['runc']), { ...APT, dpkg: '[ "$1" != --purge ] || exit 1' })).toMatchObject({ code: 1 })
})
