import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

export const PROGRAM = path.join(import.meta.dirname, '../../bin/run.js')

const state = mkdtempSync(path.join(tmpdir(), 'tripod-cli-'))
afterAll(() => {
  rmSync(state, { recursive: true })
})

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

/** Runs the built command line without a terminal, as a script would; its state goes into a directory of its own. */
export function tripod(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const begin = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: state,
    env: { PATH: process.env['PATH'], HOME: state, TRIPOD_STATE_DIR: state, ...environment },
  })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => {
      resolve({ status, ...text, milliseconds: performance.now() - begin })
    })
  })
}
