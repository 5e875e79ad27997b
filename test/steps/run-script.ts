import { spawnSync } from 'node:child_process'
import type { Script } from '../../src/shell.js'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script as a node would: by /bin/sh, from stdin. `path` comes before the PATH. */
export function runScript(script: Script, path?: string): Ran {
  const PATH = path === undefined ? process.env['PATH'] : `${path}:${process.env['PATH'] ?? ''}`
  const { status, stdout, stderr } = spawnSync('/bin/sh', {
    input: `${script.text}\n`,
    encoding: 'utf8',
    env: { PATH, LC_ALL: 'C' },
    timeout: 20_000,
  })
  return { code: status, stdout, stderr }
}

/** Whether /bin/sh can parse it. */
export function parses(script: Script): boolean {
  return spawnSync('/bin/sh', ['-n'], { input: script.text }).status === 0
}
