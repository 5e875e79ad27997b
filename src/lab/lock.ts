import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { TripodError } from '../errors.js'
import { cacheDirectory } from './places.js'
import { LOCAL_ENVIRONMENT } from './local.js'

/** Seconds: longer than making a base tree on a slow computer. */
const PATIENCE = 600

/**
 * Does `work` while no other process does work under that name. The lock ends with this process, however it ends. Throws
 * LAB_FAILED after `patience` seconds of waiting for another.
 */
export async function locked<T>(name: string, work: () => Promise<T>, patience = PATIENCE): Promise<T> {
  const directory = join(cacheDirectory(), 'locks')
  await mkdir(directory, { recursive: true })
  // flock's child keeps the lock until its stdin closes, which the kernel does for us when we die.
  const holding = ['--timeout', String(patience), join(directory, name), 'sh', '-c', 'echo held; exec cat >/dev/null']
  const holder = execa('flock', holding, { env: LOCAL_ENVIRONMENT, stdin: 'pipe', buffer: false, reject: false })
  const held = await new Promise<boolean>((resolve) => {
    holder.stdout.once('data', () => { resolve(true) }) // prettier-ignore
    void holder.then(() => { resolve(false) }) // prettier-ignore
  })
  if (!held) throw busy(name, patience)
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await holder
  }
}

function busy(name: string, patience: number): TripodError {
  return new TripodError(
    'LAB_FAILED',
    `Another \`tripod lab\` has been working on ${name} for more than ${patience} s.`,
    'Wait for it or end it, then try again.',
  )
}
