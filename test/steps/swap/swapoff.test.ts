import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Script } from '../../../src/shell.js'
import { swapoff } from '../../../src/steps/swap/swapoff.js'
import { parses, runScript } from '../run-script.js'

const HEADER = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'
const ON = `${HEADER}/dev/sda2                               partition\t2097148\t\t1000\t\t-2\n/swap\\040file                            file\t\t524284\t\t24\t\t10\n`

let proc: string
beforeEach(() => {
  proc = mkdtempSync(path.join(tmpdir(), 'proc-'))
  // In the place of the real ones, which would switch the swap of this computer.
  for (const program of ['swapoff', 'swapon']) {
    writeFileSync(path.join(proc, program), `#!/bin/sh\necho ${program} "$@" >>${proc}/called\n`)
    chmodSync(path.join(proc, program), 0o755)
  }
})
afterEach(() => {
  rmSync(proc, { recursive: true })
})

function machine(swaps: string, availableKib: number): void {
  writeFileSync(path.join(proc, 'swaps'), swaps)
  writeFileSync(path.join(proc, 'meminfo'), `MemTotal:        9999999 kB\nMemAvailable:    ${availableKib} kB\n`)
}

function called(): string {
  const file = path.join(proc, 'called')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function undo(remembered: string): Script {
  const { undo } = swapoff(proc)
  if (typeof undo === 'string') throw new Error('swapoff can be taken back')
  return undo.run(remembered)
}

describe('swapoff', () => {
  it('is done where the list has its header alone, and where the kernel has no swap at all', () => {
    machine(HEADER, 1)
    expect(runScript(swapoff(proc).doneWhen).code).toBe(0)
    rmSync(path.join(proc, 'swaps'))
    expect(runScript(swapoff(proc).doneWhen).code).toBe(0)
  })

  it('is not done while something is listed, and says what', () => {
    machine(ON, 1)
    const { code, stdout } = runScript(swapoff(proc).doneWhen)
    expect(code).toBe(1)
    expect(stdout).toContain('/dev/sda2 is on, 2097148 KiB')
  })

  it('switches off what fits into memory', () => {
    machine(ON, 1025)
    expect(runScript(swapoff(proc).run, proc)).toMatchObject({ code: 0 })
    expect(called()).toBe('swapoff -a\n')
  })

  it('does nothing and says the numbers where the memory would not suffice', () => {
    machine(ON, 1024)
    const { code, stderr } = runScript(swapoff(proc).run, proc)
    expect(code).toBe(1)
    expect(stderr).toContain('1024 KiB are swapped out and 1024 KiB of memory are available')
    expect(called()).toBe('')
  })

  it('brings back exactly what was on, with its priority, and quotes the path', () => {
    machine(ON, 1)
    const { stdout } = runScript(swapoff(proc).remember ?? swapoff(proc).run)
    expect(runScript(undo(stdout), proc).code).toBe(0)
    expect(called()).toBe('swapon -- /dev/sda2\nswapon -p 10 -- /swap file\n')
  })

  it('brings back nothing where nothing was on', () => {
    expect(runScript(undo(''), proc).code).toBe(0)
    expect(runScript(undo('-2 /dev/zram0\n5 /swap\\040(deleted)\n'), proc).code).toBe(0)
    expect(called()).toBe('')
  })

  it('has scripts that a POSIX shell can read, also with a hostile path', () => {
    const { doneWhen, run, remember } = swapoff(`/tmp/"'$(touch x) `)
    for (const script of [doneWhen, run, remember, undo(`1 /a'b$(c)"d`)]) expect(script && parses(script)).toBe(true)
  })
})
