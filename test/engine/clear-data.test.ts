import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearData } from '../../src/engine/clear-data.js'
import { lines, sh, type Script } from '../../src/shell.js'
import { runScript, type Ran } from '../steps/run-script.js'

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

  const canMount = process.getuid?.() === 0 && execFileSync('uname').toString().trim() === 'Linux'
  it.runIf(canMount)('unmounts what lies beneath and keeps all of it; a mount point stays, empty', () => {
    mkdirSync(join(top, 'disk'))
    writeFileSync(join(top, 'disk/theirs'), '')
    mkdirSync(join(top, 'store/mounted'))
    const ran = ownMounts(
      sh`mount --bind ${join(top, 'store')} ${join(top, 'store')} || exit 9`,
      sh`mount --bind ${join(top, 'disk')} ${join(top, 'store/mounted')} || exit 9`,
      ...clearData([join(top, 'store')]),
      sh`ls -A ${join(top, 'store')}`,
    )
    expect(ran).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readdirSync(join(top, 'disk'))).toEqual(['theirs'])
  })
})

/** In a mount namespace of its own: nothing of it is seen outside, and it ends with the script. */
function ownMounts(...scripts: readonly Script[]): Ran {
  return runScript(sh`exec unshare --mount --propagation private /bin/sh -c ${lines([...scripts]).text}`)
}
