import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lines, sh } from '../../src/shell.js'
import type { TomlTable } from '../../src/templates/toml.js'
import { containerdConfig } from '../../src/steps/container-runtime/containerd-config.js'
import { criReady } from '../../src/steps/container-runtime/cri-ready.js'
import { containerdInForce } from '../../src/steps/container-runtime/containerd-in-force.js'
import { debianContainerd, NoRepository } from './debian-containerd.js'
import { runScript, type Ran } from './run-script.js'

const IMAGE = 'registry.k8s.io/pause:3.9'
/** Debian release -> what it has: the two majors whose configuration differs. */
const MAJORS = [
  { suite: 'bookworm', version: '1.6.20', other: '2.1', cri: 'io.containerd.grpc.v1.cri' },
  { suite: 'forky', version: '2.1', other: '1.6.20', cri: 'io.containerd.cri.v1.runtime' },
] as const

let directory: string
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'containerd-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

function write(text: string): string {
  const file = path.join(directory, 'config.toml')
  writeFileSync(file, text)
  return file
}

const config = (version: string, additions: TomlTable = {}): string =>
  containerdConfig({ seLinux: false, version, sandboxImage: IMAGE, additions })

/** What `criReady` says of a containerd that was started for it with that configuration. */
async function daemonSays(containerd: string, text: string, how: 'curl' | 'no curl'): Promise<Ran> {
  const home = mkdtempSync(path.join(directory, 'daemon-'))
  const programs = path.dirname(containerd)
  const file = path.join(home, 'config.toml')
  // The sockets of CRI's own streams and the state of this computer's containerd are left alone.
  writeFileSync(file, text)
  const socket = path.join(home, 'socket')
  const places = ['--root', path.join(home, 'root'), '--state', path.join(home, 'state'), '--address', socket]
  const daemon = spawn(containerd, ['-c', file, ...places], {
    env: { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  daemon.stderr.on('data', (part: Buffer) => (log += part.toString()))
  try {
    for (let waited = 0; waited < 200 && !log.includes('successfully booted'); waited += 1) await sleep(100)
    const asked = criReady(socket, path.join(programs, 'ctr'))
    return runScript(how === 'curl' ? asked : lines([sh`command() { return 1; }`, asked]))
  } finally {
    daemon.kill()
    if (daemon.exitCode === null) await once(daemon, 'exit')
  }
}

describe.each(MAJORS)('the real containerd of Debian $suite', ({ suite, version, other, cri }) => {
  let program: string | undefined
  let why = ''
  beforeAll(async () => {
    try {
      program = await debianContainerd(suite)
    } catch (error) {
      if (!(error instanceof NoRepository)) throw error
      why = error.message
      console.warn(`SKIPPED, the Debian repository cannot be reached: ${why}`)
    }
  })

  const real = (title: string, test: (containerd: string) => void): void => {
    it(title, (context) => {
      if (program === undefined) context.skip(why)
      else test(program)
    })
  }
  const inForce = (containerd: string, text: string): Ran =>
    runScript(containerdInForce(IMAGE, containerd, write(text)))
  const dump = (containerd: string, text: string): string =>
    execFileSync(containerd, ['-c', write(text), 'config', 'dump'], { encoding: 'utf8' })

  real('has our configuration in force', (containerd) => {
    expect(inForce(containerd, config(version))).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(dump(containerd, config(version))).toMatch(/SystemdCgroup = true/)
  })

  real('takes additions, hostile texts included', (containerd) => {
    const hostile = `a"b'c\\d$(e)\`f\`[g] = #h\u00e9\u{1f600}`
    const additions = {
      oom_score: -500,
      plugins: { [cri]: { restrict_oom_score_adj: true } },
      proxy_plugins: { [hostile.replaceAll(/["\\[\]]/g, '')]: { type: 'snapshot', address: hostile } },
    }
    const text = config(version, additions)
    expect(inForce(containerd, text).code).toBe(0)
    const dumped = dump(containerd, text)
    expect(dumped).toMatch(/restrict_oom_score_adj = true/)
    expect(dumped).toMatch(/oom_score = -500/)
    expect(dumped).toContain(`$(e)\`f\``)
  })

  real('shows what is wrong with its own defaults', (containerd) => {
    const { code, stdout } = inForce(containerd, 'version = 2\n')
    expect(code).toBe(1)
    expect(stdout).toContain('SystemdCgroup is false, wanted true')
    expect(stdout).toContain(`the sandbox image is registry.k8s.io/pause:`)
  })

  real('shows that CRI is disabled', (containerd) => {
    const { code, stdout } = inForce(containerd, `disabled_plugins = ["${cri}"]\n${config(version)}`)
    expect(code).toBe(1)
    expect(stdout).toContain('the CRI plugin is disabled\n')
  })

  const isRoot = process.getuid?.() === 0
  if (!isRoot) console.warn('SKIPPED, containerd runs as root alone: what the running daemon says')
  const IMAGES = cri.replace('runtime', 'images')
  const LINES: readonly (readonly [title: string, line: string, code: number, says: RegExp])[] = [
    ['is ready', '', 0, /^$/],
    [
      'refuses mirrors beside certs.d',
      `[plugins."${IMAGES}".registry.mirrors."r"]\nendpoint = ["https://r"]\n`,
      1,
      /^the CRI plugin is not loaded: .*`mirrors` cannot be set/,
    ],
    [
      'refuses a default runtime that is not there',
      `[plugins."${cri}".containerd]\ndefault_runtime_name = "kata"\n`,
      1,
      /^the CRI plugin is not loaded: .*no corresponding runtime/,
    ],
    ['is switched off', 'off', 1, /^the CRI plugin is not loaded\n$/],
  ]
  it.skipIf(!isRoot).for(LINES)('that runs says so: CRI %s', async ([, line, code, says], context) => {
    if (program === undefined) return context.skip(why)
    const grpc = 'io.containerd.grpc.v1.cri'
    const text = config(version)
    const whole = line === 'off' ? `disabled_plugins = ["${grpc}"]\n${text}` : text + line
    // Whichever tool there is: without curl, the list of plugins tells.
    const answers = [await daemonSays(program, whole, 'curl'), await daemonSays(program, whole, 'no curl')]
    expect(answers.map((one) => [one.code, says.test(one.stdout)])).toEqual([
      [code, true],
      [code, true],
    ])
  })

  real('shows another sandbox image', (containerd) => {
    const text = containerdConfig({
      seLinux: false,
      version,
      sandboxImage: 'registry.example.org/pause:1',
      additions: {},
    })
    const { code, stdout } = inForce(containerd, text)
    expect(code).toBe(1)
    expect(stdout).toBe(`the sandbox image is registry.example.org/pause:1, wanted ${IMAGE}\n`)
  })

  real('cannot tell from a file that is not TOML, or without containerd', (containerd) => {
    expect(inForce(containerd, 'version = [\n').code).toBe(2)
    expect(runScript(containerdInForce(IMAGE, '/nowhere/containerd', write(config(version)))).code).toBe(2)
  })

  real(`with the file of ${other}`, (containerd) => {
    const { code, stdout } = inForce(containerd, config(other))
    // 1.6 takes a version it does not know without a word and ignores all of it; 2.x understands older ones.
    if (version === '2.1') expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    else {
      expect(code).toBe(1)
      expect(stdout).toContain('SystemdCgroup is false, wanted true')
    }
  })
})
