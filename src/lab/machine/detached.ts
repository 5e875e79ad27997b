import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { TripodError } from '../../errors.js'
import { processesIn } from './cgroups.js'
import { LOCAL_ENVIRONMENT } from '../local.js'

export interface DetachedScript {
  /** A shell script that enters the control group before anything else. */
  readonly path: string
  readonly group: string
}

/**
 * Starts a script that outlives this process and has nothing of it, not even its streams. Resolves once it is in its control
 * group, because whatever is not in one cannot be found and ended later. Throws LAB_FAILED.
 */
export async function startDetached({ path, group }: DetachedScript): Promise<void> {
  const started = execa('/bin/sh', [path], {
    env: LOCAL_ENVIRONMENT,
    extendEnv: false,
    cwd: '/',
    detached: true,
    cleanup: false,
    reject: false,
    stdio: 'ignore',
  })
  started.unref()
  for (let round = 0; round < 500; round++) {
    if ((await processesIn(group)).length > 0) return
    await sleep(10)
  }
  throw new TripodError('LAB_FAILED', `${path} does not start.`, `Run it by hand to see why: sh ${path}`)
}
