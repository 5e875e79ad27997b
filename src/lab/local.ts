import { execa } from 'execa'
import { TripodError } from '../errors.js'

/** How a program of this computer ended; null when it could not start or was killed. */
export interface LocalResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface LocalOptions {
  readonly input?: string
  readonly timeoutSeconds?: number
}

/** Every local program sees the same environment; only what programs need to be found and to speak English. */
export const LOCAL_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  DEBIAN_FRONTEND: 'noninteractive',
}

/** Runs a program of this computer and gives back how it ended; an exit code is a value. */
export async function attempt(
  command: string,
  args: readonly string[],
  options: LocalOptions = {},
): Promise<LocalResult> {
  const result = await execa(command, args, {
    reject: false,
    env: LOCAL_ENVIRONMENT,
    timeout: (options.timeoutSeconds ?? 180) * 1000,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  })
  return {
    code: result.exitCode ?? null,
    stdout: result.stdout,
    stderr: result.exitCode === undefined ? `${result.stderr}\n${result.shortMessage ?? ''}`.trim() : result.stderr,
  }
}

/** Runs a program of this computer that must succeed and gives back its stdout. Throws LAB_FAILED with its last lines. */
export async function local(command: string, args: readonly string[], options: LocalOptions = {}): Promise<string> {
  const result = await attempt(command, args, options)
  if (result.code === 0) return result.stdout
  const ending = result.code === null ? 'could not be run or did not end in time' : `ended with ${result.code}`
  throw new TripodError(
    'LAB_FAILED',
    `\`${[command, ...args].join(' ')}\` ${ending}.`,
    'Mend what it names and run `tripod lab up` again, or remove what is left with `tripod lab down`.',
    { output: (result.stderr || result.stdout).split('\n').slice(-20).join('\n') },
  )
}
