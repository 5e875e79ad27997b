import { open } from 'node:fs/promises'
import { execa } from 'execa'
import { LOCAL_ENVIRONMENT } from './local.js'

/** Starts a shell script that outlives this process; what it prints goes to `log`. */
export async function startDetached(script: string, log: string): Promise<void> {
  const file = await open(log, 'a')
  try {
    const stdio = ['ignore', file.fd, file.fd] as const
    const started = execa('/bin/sh', [script], {
      env: LOCAL_ENVIRONMENT,
      extendEnv: false,
      cwd: '/',
      detached: true,
      cleanup: false,
      buffer: false,
      reject: false,
      stdin: stdio[0],
      stdout: stdio[1],
      stderr: stdio[2],
    })
    started.unref()
    void started.catch(() => undefined)
  } finally {
    await file.close()
  }
}
