import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSysctl } from '../../../src/steps/kernel/load-sysctl.js'
import type { Setting } from '../../../src/facts/kernel-settings.js'
import { runScript } from '../run-script.js'

const SETTINGS: readonly Setting[] = [
  { key: 'net.ipv4.ip_forward', value: 1, atLeast: false },
  { key: 'fs.inotify.max_user_watches', value: 524288, atLeast: true },
]
const OWN = '/etc/sysctl.d/99-zz-tripod.conf'
const OTHERS = ['kernel.panic', 'net.netfilter.nf_conntrack_max']
const FORWARD = 'proc/sys/net/ipv4/ip_forward'
const WATCHES = 'proc/sys/fs/inotify/max_user_watches'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'root-'))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

function put(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8').trim()
const command = () => loadSysctl(SETTINGS, { ownFile: OWN, alsoBack: OTHERS, root })

describe('load-sysctl', () => {
  it('is done when every value is in force, a higher one where that is as good', () => {
    put(FORWARD, '1\n')
    put(WATCHES, '1048576\n')
    expect(runScript(command().doneWhen)).toMatchObject({ code: 0, stdout: '' })
  })

  it('says which value is wrong', () => {
    put(FORWARD, '0\n')
    put(WATCHES, '8192\n')
    const { code, stdout } = runScript(command().doneWhen)
    expect(code).toBe(1)
    expect(stdout).toBe('net.ipv4.ip_forward is 0, wanted 1\nfs.inotify.max_user_watches is 8192, wanted 524288\n')
  })

  it('names the other files that set another value, and no file that agrees', () => {
    put(FORWARD, '0\n')
    put(WATCHES, '524288\n')
    put('etc/sysctl.d/99-zz-tripod.conf', 'net.ipv4.ip_forward = 1\n')
    put('etc/sysctl.d/10-agrees.conf', 'net.ipv4.ip_forward = 1\n')
    put('etc/sysctl.d/zzz-hardening.conf', '# CIS\nnet.ipv4.ip_forward=0\nnet.ipv4.ip_forward_use_pmtu = 0\n')
    put('usr/lib/sysctl.d/50-slashes.conf', '-net/ipv4/ip_forward = 0\n')
    const { stdout } = runScript(command().doneWhen)
    expect(stdout).toContain('set by /etc/sysctl.d/zzz-hardening.conf:2:net.ipv4.ip_forward=0')
    expect(stdout).toContain('set by /usr/lib/sysctl.d/50-slashes.conf:1:')
    expect(stdout).not.toMatch(/agrees|tripod|pmtu/)
  })

  it('is not done where the kernel does not have the setting', () => {
    put(WATCHES, '524288\n')
    const { code, stdout } = runScript(command().doneWhen)
    expect(code).toBe(1)
    expect(stdout).toBe('net.ipv4.ip_forward is not there\n')
    expect(runScript(command().run).code).not.toBe(0)
  })

  it('cannot tell where a value cannot be read', () => {
    put(`${FORWARD}/a-directory`, '')
    put(WATCHES, '524288\n')
    expect(runScript(command().doneWhen).code).toBe(2)
  })

  it('writes what is wrong and lowers nothing', () => {
    put(FORWARD, '0\n')
    put(WATCHES, '1048576\n')
    expect(runScript(command().run).code).toBe(0)
    expect([read(FORWARD), read(WATCHES)]).toEqual(['1', '1048576'])
  })

  it('brings back the values from before', () => {
    put(FORWARD, '0\n')
    put(WATCHES, '8192\n')
    const { remember, run, undo } = command()
    const before = runScript(remember ?? run).stdout
    runScript(run)
    expect([read(FORWARD), read(WATCHES)]).toEqual(['1', '524288'])
    if (typeof undo === 'string') throw new Error('settings can be taken back')
    expect(runScript(undo.run(before)).code).toBe(0)
    expect([read(FORWARD), read(WATCHES)]).toEqual(['0', '8192'])
  })

  it('brings back what daemons of the cluster changed by themselves, and writes to nothing that is as it was', () => {
    put(FORWARD, '1\n')
    put(WATCHES, '524288\n')
    put('proc/sys/kernel/panic', '0\n')
    put('proc/sys/net/netfilter/nf_conntrack_max', '65536\n')
    const { remember, run, undo } = command()
    const before = runScript(remember ?? run).stdout
    put('proc/sys/kernel/panic', '10\n')
    rmSync(path.join(root, 'proc/sys/net/netfilter'), { recursive: true })
    const written = statSync(path.join(root, FORWARD)).mtimeMs
    if (typeof undo === 'string') throw new Error('settings can be taken back')
    expect(runScript(undo.run(before))).toMatchObject({ code: 0, stderr: '' })
    expect([read('proc/sys/kernel/panic'), existsSync(path.join(root, 'proc/sys/net/netfilter'))]).toEqual(['0', false])
    expect(statSync(path.join(root, FORWARD)).mtimeMs).toBe(written)
  })

  it('takes back what it knows of where an earlier version remembered less', () => {
    put(FORWARD, '1\n')
    put('proc/sys/kernel/panic', '10\n')
    const { undo } = command()
    if (typeof undo === 'string') throw new Error('settings can be taken back')
    expect(runScript(undo.run('net.ipv4.ip_forward 0\n')).code).toBe(0)
    expect([read(FORWARD), read('proc/sys/kernel/panic')]).toEqual(['0', '10'])
  })
})
