import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TomlTable } from '../../src/templates/toml.js'
import { containerdConfig } from '../../src/steps/containerd-config.js'
import { containerdInForce } from '../../src/steps/containerd-in-force.js'
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
