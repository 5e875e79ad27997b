import { execa } from 'execa'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAM, tripod } from './tripod.js'

let directory = ''
let inventory = ''
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'tripod-inventory-'))
  inventory = path.join(directory, 'one.yaml')
  // Port 1 of this computer: nothing listens there, so every connection is refused at once.
  const node =
    '{ name: m1, address: 10.0.0.11, roles: [control-plane], ssh: { host: 127.0.0.1, port: 1, agent: false } }'
  writeFileSync(
    inventory,
    `cluster: one\nkubernetes: { version: 1.36.4 }\nendpoint: { vip: 10.0.0.10 }\nnodes:\n  - ${node}\n`,
  )
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

describe('a wrong command line', () => {
  test.each([
    [['plna'], 'USAGE', 'Did you mean plan?'],
    [['lab', 'upp'], 'USAGE', 'Did you mean lab up?'],
    [['plan', '--detailed-exitcod'], 'USAGE', 'Did you mean --detailed-exitcode?'],
    [['plan', 'extra'], 'USAGE', 'tripod plan takes no argument "extra"'],
    [['plan', '--os', 'debian12'], 'USAGE', '--offline'],
    [['plan', '--offline', '--os', 'wat'], 'USAGE', 'not the name and version of a distribution'],
    [['plan', '--quiet', '--verbose'], 'USAGE', '--verbose'],
    [['explain', 'HOST_KEY_CHANGE'], 'UNKNOWN_CODE', 'Did you mean HOST_KEY_CHANGED?'],
  ])('%s ends with 64, says what was meant, and shows no stack', async (words, code, text) => {
    const { status, stderr, stdout } = await tripod(words, { TRIPOD_INVENTORY: inventory })
    expect(status).toBe(64)
    expect(stderr).toMatch(new RegExp(`^${code} `))
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^Fix: {3}\S/m)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect(stdout).toBe('')
  })

  test('with --json is an object of code, message, fix and status, and no dump of the configuration', async () => {
    const { status, stdout } = await tripod(['explain', 'NOPE', '--json'])
    expect(status).toBe(64)
    expect(JSON.parse(stdout)).toEqual({
      formatVersion: '2.0',
      kind: 'error',
      error: {
        code: 'UNKNOWN_CODE',
        message: 'There is no error code or check "NOPE".',
        fix: 'tripod explain',
        exit: 64,
      },
    })
    const flag = await tripod(['explain', '--nope', '--json'])
    expect(flag.status).toBe(64)
    expect(JSON.parse(flag.stdout)).toMatchObject({ error: { code: 'USAGE', exit: 64 } })
    expect(flag.stdout.length).toBeLessThan(400)
  })
})

describe('what the command line says of the inventory and its nodes', () => {
  test('a missing inventory ends with 65 and names the file', async () => {
    const { status, stderr } = await tripod(['plan'])
    expect(status).toBe(65)
    expect(stderr).toMatch(/^INVENTORY_NOT_FOUND .*inventory\.yaml/)
  })

  test.each(['plan', 'apply', 'drift'])(
    '%s refuses a misspelt node or step, never taking it for nothing to do',
    async (verb) => {
      const node = await tripod([verb, '-i', inventory, '--node', 'm9'])
      expect([node.status, node.stderr.includes('UNKNOWN_NODE')]).toEqual([64, true])
      const step = await tripod([verb, '-i', inventory, '--step', 'kernal'])
      expect([step.status, step.stderr.includes('UNKNOWN_STEP')]).toEqual([64, true])
    },
  )

  test('an unreachable node is in the plan, which cannot be applied, and the status is 69', async () => {
    const { status, stdout, stderr } = await tripod(['plan', '-i', inventory], {
      SSH_AUTH_SOCK: '',
      TRIPOD_SSH_PASSWORD: 'canary-pass-4711',
    })
    expect(status).toBe(69)
    expect(stdout).toContain('1 NOT READ')
    expect(stdout).toContain('This plan cannot be applied')
    expect(stderr).toContain('NODE_UNREACHABLE m1:')
    const log = /^Log: {3}(.+)$/m.exec(stderr)?.[1] ?? ''
    expect(existsSync(log)).toBe(true)
    expect(stdout + stderr + readFileSync(log, 'utf8')).not.toContain('canary-pass')
  })

  test.each([
    ['progress that nobody reads', 'exec 2> >(exec 2>&-)'],
    ['progress on a full disk', 'exec 2>/dev/full'],
    ['a run log that cannot be written any more', 'ulimit -f 0'],
  ])('%s does not stop the work', async (_, before) => {
    const words = `${before}; exec "$0" "$@"`
    const child = spawn('bash', ['-c', words, process.execPath, PROGRAM, 'plan', '-v', '-i', inventory], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], HOME: directory, TRIPOD_STATE_DIR: directory, TRIPOD_SSH_PASSWORD: 'any' },
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    const [status] = (await once(child, 'close')) as [number | null]
    expect(stdout).toContain('This plan cannot be applied')
    expect(status).toBe(69)
  })

  test('apply does not go on with an unreachable node, not even with --yes', async () => {
    const { status, stderr } = await tripod(['apply', '--yes', '-i', inventory], {
      TRIPOD_SSH_PASSWORD: 'canary-pass-4711',
    })
    expect(status).toBe(69)
    expect(stderr).toContain('NODE_UNREACHABLE')
  })

  test('an offline plan needs no machine, and ends with 2 for changes when asked to', async () => {
    const { status, stdout } = await tripod([
      'plan',
      '-i',
      inventory,
      '--offline',
      '--os',
      'debian12',
      '--detailed-exitcode',
    ])
    expect(status).toBe(2)
    expect(stdout.match(/^OFFLINE PLAN: /gm)).toHaveLength(2)
  })

  test('--ask-sudo-pass without a terminal names the variable to use', async () => {
    const { status, stderr } = await tripod(['plan', '-i', inventory, '--ask-sudo-pass'])
    expect(status).toBe(64)
    expect(stderr).toContain('TRIPOD_SUDO_PASSWORD')
  })

  test('a state directory that cannot be written is named, with the way out', async () => {
    const { status, stderr } = await tripod(['plan', '-i', inventory], { TRIPOD_STATE_DIR: '/dev/null/x' })
    expect(status).toBe(64)
    expect(stderr).toContain('/dev/null/x')
    expect(stderr).toContain('TRIPOD_STATE_DIR')
  })
})

describe('commands that explain', () => {
  test('steps lists the steps in order with their why, also as JSON', async () => {
    const { stdout } = await tripod(['steps'])
    expect(stdout).toMatch(/1\. host-identity .*\n.*\n 2\. swap .*\n.*\n 3\. base-packages /)
    const json = JSON.parse((await tripod(['steps', '--json'])).stdout) as { steps: { id: string; why: string }[] }
    expect(json.steps.map(({ id }) => id).slice(0, 3)).toEqual(['host-identity', 'swap', 'base-packages'])
    expect(json.steps.every(({ why }) => why.endsWith('.'))).toBe(true)
  })

  test('explain knows every code without regard to case, and lists them all', async () => {
    expect((await tripod(['explain', 'lock_held'])).stdout).toContain('LOCK_HELD (exit status 75)')
    expect((await tripod(['explain', 'p16'])).stdout).toMatch(/^P16 \(check\)\nThe VIP is free.*\n\nWhy: .*\nFix: /)
    expect((await tripod(['explain'])).stdout).toMatch(/NODE_UNREACHABLE[^]*\nP16 /)
  })

  test('help ends with 0 and names every command that there is', async () => {
    const { status, stdout } = await tripod(['--help'])
    expect(status).toBe(0)
    for (const command of ['plan', 'apply', 'drift', 'steps', 'explain', 'validate', 'schema', 'lab', 'trust']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    }
  })

  test('--help takes less than 200 ms, or five times what node itself takes to begin; the best of seven', async () => {
    const taken: number[] = []
    const bare: number[] = []
    for (let round = 0; round < 7; round += 1) {
      const begin = performance.now()
      await execa(process.execPath, ['-e', '0'])
      bare.push(performance.now() - begin)
      taken.push((await tripod(['--help'])).milliseconds)
    }
    const shown = (times: readonly number[]): string => times.map((time) => time.toFixed(0)).join(' ')
    console.log(`tripod --help: ${shown(taken)} ms; node alone: ${shown(bare)} ms`)
    expect(Math.min(...taken)).toBeLessThan(Math.max(200, 5 * Math.min(...bare)))
  })
})
