import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadModules, modulesFor } from '../../../src/steps/kernel/load-modules.js'
import { parses, runScript } from '../run-script.js'

let bin: string
beforeEach(() => {
  bin = mkdtempSync(path.join(tmpdir(), 'bin-'))
  writeFileSync(path.join(bin, 'modprobe'), `#!/bin/sh\necho "$@" >>${bin}/called\n[ "$1" != tripod_refused ]\n`)
  chmodSync(path.join(bin, 'modprobe'), 0o755)
})
afterEach(() => {
  rmSync(bin, { recursive: true })
})

describe('load-modules', () => {
  it('is not done while a module is missing, names it, and loads just that', () => {
    const command = loadModules(['tripod_nowhere'])
    expect(runScript(command.doneWhen)).toMatchObject({ code: 1, stdout: 'not loaded: tripod_nowhere\n' })
    expect(runScript(command.run, bin).code).toBe(0)
    expect(readFileSync(path.join(bin, 'called'), 'utf8')).toBe('tripod_nowhere\n')
  })

  it('fails where one cannot be loaded, and does not go on', () => {
    const { code } = runScript(loadModules(['tripod_refused', 'tripod_nowhere']).run, bin)
    expect(code).toBe(1)
    expect(readFileSync(path.join(bin, 'called'), 'utf8')).toBe('tripod_refused\n')
  })

  it('sees by its effect that a module works, and then runs nothing', () => {
    // /proc/filesystems has it wherever overlay works, built in or loaded.
    const works = / overlay$|\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'))
    const command = loadModules(['overlay'])
    expect(runScript(command.doneWhen).code).toBe(works ? 0 : 1)
    expect(runScript(command.run, bin).code).toBe(0)
    expect(existsSync(path.join(bin, 'called'))).toBe(!works)
  })

  it('adds what the mode of kube-proxy needs', () => {
    const common = ['overlay', 'br_netfilter', 'nf_conntrack']
    expect(modulesFor(undefined)).toEqual(common)
    expect(modulesFor('ipvs')).toEqual([...common, 'ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh'])
    expect(modulesFor('nftables')).toEqual([...common, 'nf_tables'])
  })

  it('has scripts that a POSIX shell can read', () => {
    const { doneWhen, run } = loadModules(modulesFor('ipvs'))
    expect([doneWhen, run].every(parses)).toBe(true)
  })
})
