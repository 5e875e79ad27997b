import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Script } from '../../src/shell.js'

/** Programs a script may call, each as the body of a shell script; what is called is noted in `$CALLS`. */
export type Programs = Readonly<Record<string, string>>

export interface Ran {
  readonly code: number
  readonly output: string
  /** Every call with its arguments, in order. */
  readonly calls: readonly string[]
}

/** Runs a script with /bin/sh, with these programs in front of the real ones. */
export async function runWith(script: Script, programs: Programs): Promise<Ran> {
  const directory = mkdtempSync(path.join(tmpdir(), 'tripod-apt-'))
  const calls = path.join(directory, 'calls')
  writeFileSync(calls, '')
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(path.join(directory, name), `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>"$CALLS"\n${body}\n`)
    chmodSync(path.join(directory, name), 0o755)
  }
  const env = { ...process.env, CALLS: calls, STATE: directory, PATH: `${directory}:${process.env['PATH'] ?? ''}` }
  try {
    return await new Promise((resolve) => {
      execFile('/bin/sh', ['-c', script.text], { env }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : 0
        resolve({ code, output: stdout + stderr, calls: readFileSync(calls, 'utf8').trim().split('\n') })
      })
    })
  } finally {
    rmSync(directory, { recursive: true })
  }
}
