import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { firstSilent } from '../../src/host/silent-address.js'
import { PROGRAM, tripod } from './tripod.js'

let directory = ''
let file = ''
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-init-'))
  file = path.join(directory, 'inventory.yaml')
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const MACHINES = ['--masters', '10.0.0.11-13', '--workers', 'w9=10.0.0.21']
const init = (...words: readonly string[]) =>
  tripod(['init', ...(words.includes('-i') ? [] : ['-i', file]), '--no-input', ...words])

describe('tripod init by flags alone', () => {
  test('writes an inventory that validate takes', async () => {
    const made = await init(...MACHINES, '--vip', '10.0.0.10', '--user', 'ops', '--cluster', 'night')
    expect([made.status, made.stderr]).toEqual([0, ''])
    expect(made.stdout).toContain(`Wrote ${file}: cluster night, 3 masters, 1 worker, Kubernetes`)
    expect(made.stdout).toContain(`Next: tripod trust scan -i ${file}, then tripod plan -i ${file}`)
    const valid = await tripod(['validate', '-i', file])
    expect([valid.status, valid.stderr]).toEqual([0, ''])
    expect(readFileSync(file, 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.\/inventory\.schema\.json\n/)
    expect(readdirSync(directory).sort()).toEqual(['inventory.schema.json', 'inventory.yaml'])
    const plan = await tripod(['plan', '--offline', '--os', 'debian12', '-i', file])
    expect([plan.status, plan.stdout]).toEqual([0, expect.stringContaining('cluster night, 3 masters, 1 worker')])
  })

  test('says what validate would warn of', async () => {
    const made = await init('--masters', '10.0.0.11-12', '--vip', '10.0.0.10')
    expect([made.status, made.stderr]).toEqual([
      0,
      expect.stringContaining('2 masters tolerate no more failures than 1'),
    ])
  })

  test.each([
    [[], 'the masters are not given'],
    [MACHINES, 'neither --vip nor --external is given'],
    [['--masters', '10.0.0.300', '--vip', '10.0.0.11'], '--masters: "10.0.0.300" is not an IP address'],
    [[...MACHINES, '--vip', '10.0.0.11'], '--vip: the VIP 10.0.0.11 is the address of m1'],
    [['--masters', 'nobody.invalid', '--vip', '10.0.0.11'], 'nobody.invalid is no address, and none is found'],
    [[...MACHINES, '--vip', '10.0.0.10', '-i', '/nowhere/at/all.yaml'], 'there is no directory /nowhere/at'],
    [[...MACHINES, '--vip', '10.0.0.10', '-i', '/dev/null/a.yaml'], 'cannot be looked at'],
    [[...MACHINES, '--vip', '10.0.0.10', '-i', '/proc/a.yaml'], '/proc/a.yaml cannot be written'],
  ])('%j is refused, and nothing is written', async (words, why) => {
    const ended = await init(...words)
    expect([ended.status, ended.stdout]).toEqual([64, ''])
    expect(ended.stderr).toContain(why)
    expect(ended.stderr).toMatch(/^Fix: /m)
    expect(readdirSync(directory)).toEqual([])
  })

  test('an inventory that is there stays, unless it shall go', async () => {
    writeFileSync(file, 'mine')
    const refused = await init(...MACHINES, '--vip', '10.0.0.10')
    expect([refused.status, refused.stderr]).toEqual([64, expect.stringContaining('is there already')])
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect((await init(...MACHINES, '--vip', '10.0.0.10', '--overwrite')).status).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('vip: 10.0.0.10')
  })
})

/** Runs the command on a terminal of its own (script(1)) and types each text once the one before it stands there. */
async function typed(dialogue: readonly (readonly [seen: string, text: string])[]) {
  const command = `${process.execPath} ${PROGRAM} init -i ${file}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, HOME: directory, TERM: 'xterm' },
  })
  let screen = ''
  let next = 0
  const read = (chunk: Buffer): void => {
    screen += chunk.toString()
    const [seen, text] = dialogue[next] ?? []
    if (seen === undefined || text === undefined || !screen.includes(seen)) return
    next += 1
    screen = ''
    child.stdin.write(text)
  }
  child.stdout.on('data', read)
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 30_000)
  const status = await new Promise((resolve) => child.on('close', resolve))
  clearTimeout(giveUp)
  return { status, screen, next }
}

describe('tripod init at a terminal', () => {
  test('asks, and writes', async () => {
    const ended = await typed([
      ['Name of the cluster', 'night\r'],
      ['Masters', '10.0.0.11-13\r'],
      ['Workers', '\r'],
      ['Run workloads', '\r'],
      ['HAProxy and keepalived', '\r'],
      ['Look from this computer', '\r'],
      ['VIP (an unused', '\r'],
      ['SSH user', 'ops\r'],
      ['Kubernetes version', '\r'],
    ])
    expect([ended.next, ended.status]).toEqual([9, 0])
    expect(ended.screen).toContain('3 masters with workloads')
    expect((await tripod(['validate', '-i', file])).status).toBe(0)
  })

  test.each(['\u0003', '\u0004'])('%j ends it with 130 and leaves nothing', async (key) => {
    const ended = await typed([
      ['Name of the cluster', 'night\r'],
      ['Masters', key],
    ])
    expect([ended.next, ended.status]).toEqual([2, 130])
    expect(readdirSync(directory)).toEqual([])
  })
})

test('an address at which anything answers is not free for the VIP', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Of the loopback every address answers.
  expect(await firstSilent(['127.0.0.1', '127.9.9.9'])).toBeUndefined()
  server.close()
})
