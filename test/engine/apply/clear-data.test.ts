import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearData } from '../../../src/engine/apply/clear-data.js'
import { lines, sh, type Script } from '../../../src/shell.js'
import { runScript, type Ran } from '../../steps/run-script.js'

let top: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'data-'))
  mkdirSync(join(top, 'store/blobs'), { recursive: true })
  writeFileSync(join(top, 'store/blobs/one'), '1')
})
afterEach(() => {
  rmSync(top, { recursive: true })
})

const clear = (...names: readonly string[]): Ran =>
  runScript(lines([...clearData(names.map((name) => join(top, name)))]))

describe('data that goes with a package', () => {
  it('is gone with its directory; what was never there is well, too', () => {
    expect(clear('store', 'nothing')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readdirSync(top)).toEqual([])
  })

  it('leaves the link by which somebody put it on another disk, and what links in it point to', () => {
    mkdirSync(join(top, 'theirs'))
    writeFileSync(join(top, 'theirs/file'), '')
    symlinkSync(join(top, 'theirs'), join(top, 'store/link'))
    symlinkSync(join(top, 'store'), join(top, 'elsewhere'))
    expect(clear('elsewhere').code).toBe(0)
    expect([existsSync(join(top, 'theirs/file')), readdirSync(join(top, 'elsewhere'))]).toEqual([true, []])
  })
})

const canMount = process.getuid?.() === 0 && execFileSync('uname').toString().trim() === 'Linux'
if (!canMount) console.warn('SKIPPED: what is mounted beneath data is unmounted (only root on Linux can mount)')

describe.runIf(canMount)('what is mounted beneath data', () => {
  const store = (...parts: readonly string[]): string => join(top, 'store', ...parts)
  const disk = (...parts: readonly string[]): string => join(top, 'disk', ...parts)
  beforeEach(() => {
    for (const path of [store('mounted'), store('a b'), disk('sub')]) mkdirSync(path, { recursive: true })
    writeFileSync(disk('theirs'), '')
  })

  const bind = (from: string, to: string): Script => sh`mount --bind ${from} ${to} || exit 9`
  /** What is still mounted in the test's own directory. */
  const LEFT = (): Script =>
    sh`echo left $(awk -v under=${`${top}/`} 'index($2, under) == 1 { print $2 }' /proc/self/mounts)`

  it('is unmounted, and all of it kept; a mount point stays, empty', () => {
    const ran = ownMounts(
      bind(store(), store()),
      bind(disk(), store('mounted')),
      ...clearData([store()]),
      sh`ls -A ${store()}`,
    )
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readdirSync(disk())).toEqual(['sub', 'theirs'])
  })

  it('goes also if mounts lie on each other, beneath each other, and have blanks in their paths', () => {
    const ran = ownMounts(
      bind(disk(), store('mounted')),
      bind(disk(), store('mounted')),
      bind(disk(), store('mounted')),
      bind(disk(), store('mounted/sub')),
      bind(disk(), store('mounted/sub/sub')),
      bind(disk(), store('a b')),
      ...clearData([store()]),
      LEFT(),
    )
    expect(ran).toEqual({ code: 0, stdout: 'left\n', stderr: '' })
    expect([existsSync(store()), readdirSync(disk())]).toEqual([false, ['sub', 'theirs']])
  })

  it('goes though the directory is bound onto itself and shared, which lists each mount twice', () => {
    const ran = ownMounts(
      bind(top, top),
      sh`mount --make-shared ${top} || exit 9`,
      bind(store(), store()),
      bind(disk(), store('mounted')),
      sh`[ "$(grep -c ${` ${store('mounted')} `} /proc/self/mounts)" = 2 ] || exit 8`,
      ...clearData([store()]),
      LEFT(),
    )
    expect(ran).toEqual({ code: 0, stdout: `left ${store()}\n`, stderr: '' })
    expect([readdirSync(store()), readdirSync(disk())]).toEqual([[], ['sub', 'theirs']])
  })

  it('leaves alone what is mounted on a peer of it elsewhere', () => {
    const ran = ownMounts(
      bind(disk(), disk()),
      sh`mount --make-shared ${disk()} || exit 9`,
      sh`mount --rbind ${disk()} ${store('mounted')} || exit 9`,
      sh`mount -t tmpfs none ${disk('sub')} || exit 9`,
      sh`grep -q ${` ${store('mounted/sub')} `} /proc/self/mounts || exit 8`,
      ...clearData([store()]),
      LEFT(),
    )
    expect(ran).toEqual({ code: 0, stdout: `left ${disk()} ${disk('sub')}\n`, stderr: '' })
    expect([existsSync(store()), readdirSync(disk())]).toEqual([false, ['sub', 'theirs']])
  })

  it('stops everything if nobody can tell what it is', () => {
    const ran = ownMounts(
      bind(disk(), store('mounted')),
      sh`awk() { echo 'awk: not found' >&2; return 127; }`,
      ...clearData([store()]),
    )
    expect(ran.code).toBe(1)
    expect([existsSync(store('blobs/one')), readdirSync(disk())]).toEqual([true, ['sub', 'theirs']])
  })

  it('is named if it is in use, and nothing of the directory is removed', () => {
    const ran = ownMounts(
      bind(disk(), store('mounted')),
      bind(disk(), store('a b')),
      sh`cd ${store('mounted')} || exit 9`,
      ...clearData([store()]),
    )
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain(`still mounted: ${store('mounted')} \n`)
    expect(ran.stderr).toMatch(/busy/)
    expect(ran.stderr).toContain(`${store()} is left as it is`)
    expect([existsSync(store('blobs/one')), readdirSync(disk())]).toEqual([true, ['sub', 'theirs']])
  })
})

/** In a mount namespace of its own: nothing of it is seen outside, and it ends with the script. */
function ownMounts(...scripts: readonly Script[]): Ran {
  return runScript(sh`exec unshare --mount --propagation private /bin/sh -c ${lines([...scripts]).text}`)
}
