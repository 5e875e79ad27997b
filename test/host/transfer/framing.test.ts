import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { frame, type Root } from '../../../src/host/transfer/framing.js'
import { Secret } from '../../../src/secret.js'
import { sh, type Script } from '../../../src/shell.js'
import { STAND_IN_SUDO } from '../stand-in-sudo.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-sudo-'))
  writeFileSync(join(directory, 'sudo'), STAND_IN_SUDO)
  chmodSync(join(directory, 'sudo'), 0o755)
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly marker: string
}

function execute(request: {
  script: Script
  root: Root
  mode: string
  input?: Buffer
  cut?: number
  shell?: string
}): Outcome {
  const { script, root, mode, input, cut, shell = 'sh' } = request
  const framed = frame({ script, root, input: input !== undefined })
  const stdin = Buffer.concat([framed.preamble, input ?? Buffer.alloc(0)])
  const ran = spawnSync(shell, ['-c', framed.line], {
    input: cut === undefined ? stdin : stdin.subarray(0, cut),
    env: { PATH: `${directory}:${process.env['PATH'] ?? ''}`, MODE: mode, TRIED: join(directory, 'tried') },
  })
  const after = (text: string): string => text.slice(text.indexOf(`${framed.marker}\n`) + framed.marker.length + 1)
  const [stdout, stderr] = [ran.stdout.toString('latin1'), ran.stderr.toString('latin1')]
  return {
    code: ran.status,
    stdout: stdout.includes(framed.marker) ? after(stdout) : stdout,
    stderr,
    marker: framed.marker,
  }
}

/** Those of sh, bash, dash, zsh, ksh, fish, csh and tcsh that are installed here; a machine of the lab has all of them. */
const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'ksh', 'fish', 'csh', 'tcsh'].filter(
  (shell) => spawnSync(shell, ['-c', 'echo']).error === undefined,
)

const password: Root = { by: 'sudo', password: new Secret('right') }
const long = sh`text=${'x'.repeat(150_000)}; printf '%s' "$text" | wc -c; cat`

describe('a framed script', () => {
  it.each([
    ['PASSWORD', password],
    ['NOPASSWD', password],
    ['NOPASSWD', { by: 'sudo' }],
    ['NOPASSWD', { by: 'login' }],
  ] as const)('gets exactly its input under %s sudo, whether or not the password is read', (mode, root) => {
    const input = Buffer.from('line one\n\0\xff tripod right\n', 'latin1')
    expect(execute({ script: sh`cat`, root, mode, input }).stdout).toBe(input.toString('latin1'))
    expect(execute({ script: sh`cat; echo end`, root, mode }).stdout).toBe('end\n')
    expect(execute({ script: long, root, mode, input: Buffer.from('tail') }).stdout).toBe('150000\ntail')
  })

  it('is one line of words that sh, csh, tcsh and fish read alike, whatever stands in the script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), fc.boolean(), (text, bySudo) => {
        const script = sh`: ${text.replaceAll('\0', '')}`
        const { line } = frame({ script, root: bySudo ? password : { by: 'login' }, input: true })
        // No line breaks (csh ends there), no history (csh), and nothing that fish takes for an escape between quotes.
        expect(line).toMatch(/^[ -~]*$/)
        expect(line).not.toMatch(/!|\\['\\]/)
        // Words of csh are short.
        expect(Math.max(...line.split(' ').map((word) => word.length))).toBeLessThan(1024)
        const words = line.match(/'[^']*'|[^' ]+/g) ?? []
        expect(words.join(' ')).toBe(line)
      }),
    )
  })

  it('brings every text through the login shell unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const wanted = text.replaceAll('\0', '')
        const { stdout } = execute({ script: sh`printf '%s' ${wanted}`, root: { by: 'login' }, mode: '' })
        expect(Buffer.from(stdout, 'latin1').toString('utf8')).toBe(Buffer.from(wanted).toString('utf8'))
      }),
      { numRuns: 30 },
    )
  })

  it.each(SHELLS)('survives quotes, dollars and line breaks through the login shell %s', (shell) => {
    const nasty = `a'b"c$(echo no)\\d\n\`e\` !x`
    const { stdout } = execute({ script: sh`printf '%s' ${nasty}`, root: password, mode: 'PASSWORD', shell })
    expect(stdout).toBe(nasty)
  })

  it('makes files that others can read, whatever the umask of the login', () => {
    const { line } = frame({ script: sh`umask`, root: { by: 'login' }, input: false })
    const { stdout } = spawnSync('sh', ['-c', `umask 077; ${line}`], { encoding: 'utf8' })
    expect(stdout).toMatch(/\n0022\n$/)
  })

  it('finds sudo although the login has no PATH', () => {
    const { line } = frame({ script: sh`:`, root: { by: 'sudo' }, input: false })
    const ran = spawnSync('/bin/sh', ['-c', line.replace('exec sudo', 'echo "$PATH"; exit')], {
      env: { PATH: '/nothing' },
    })
    expect(ran.stdout.toString()).toMatch(/^\/nothing:.*:\/usr\/bin/)
  })

  it('does nothing if a login shell altered it on the way', () => {
    const { line, marker } = frame({ script: sh`echo ran`, root: { by: 'login' }, input: false })
    const ran = spawnSync('sh', ['-c', line.replace('echo ran', 'echo run; echo ran')])
    expect([ran.status, ran.stdout.toString()]).toEqual([125, ''])
    expect(ran.stderr.toString()).toBe('tripod-altered\n')
    expect(ran.stderr.toString()).not.toContain(marker)
  })

  it('never starts when sudo refuses, and the marker is missing then', () => {
    for (const mode of ['PASSWORD', 'DENIED', 'NOT_ALLOWED']) {
      const { code, stdout, stderr, marker } = execute({ script: sh`echo ran`, root: { by: 'sudo' }, mode })
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).not.toContain(marker)
    }
  })

  it('offers sudo nothing but the password when it carries no input', () => {
    writeFileSync(join(directory, 'tried'), '')
    execute({ script: sh`echo ran`, root: { by: 'sudo', password: new Secret('wrong') }, mode: 'PASSWORD' })
    expect(spawnSync('cat', [join(directory, 'tried')]).stdout.toString()).toBe('wrong\n')
  })

  it('does nothing at all of a long script that was cut on the way', () => {
    const script = sh`echo ran; : ${'x'.repeat(150_000)}`
    for (const cut of [0, 3, 20, 60, 1000, 149_000, 150_010]) {
      expect(execute({ script, root: password, mode: 'PASSWORD', cut }).stdout).not.toContain('ran')
    }
  })

  it('keeps the password out of the command line', () => {
    expect(
      frame({ script: sh`:`, root: { by: 'sudo', password: new Secret('hunter22') }, input: true }).line,
    ).not.toContain('hunter22')
  })

  it('runs as soon as its input begins, for scripts that are held open', async () => {
    const framed = frame({ script: sh`read -r one; echo "got $one"`, root: { by: 'login' }, input: true })
    const child = spawn('sh', ['-c', framed.line])
    child.stdin.write('beat\n')
    const said = await new Promise<string>((resolve) => {
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes('got')) resolve(text)
      })
    })
    child.stdin.end()
    expect(said).toContain('got beat')
  })
})
