import { TripodError } from '../errors.js'

const GRACE_SECONDS = 30
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const
type Stop = keyof typeof STATUS

export interface InterruptOptions {
  /** What is being done right now: `m1 container-runtime: package containerd`. */
  readonly running: () => readonly string[]
  readonly say: (text: string) => void
  /** Ends the process; passed in so that a test outlives it. */
  readonly exit?: (status: number) => void
}

export interface Interrupt {
  readonly signal: AbortSignal
  /** Stops listening. */
  close(): void
}

function stopping(running: readonly string[]): string {
  const waiting = running.length === 0 ? '' : `; waiting up to ${String(GRACE_SECONDS)} s for ${running.join(', ')}`
  return `stopping: nothing new is started${waiting}. Once more stops at once.`
}

function errorOf(stop: Stop): TripodError {
  const hint = 'Run the same command again: it does only what is still missing.'
  return new TripodError('INTERRUPTED', `Stopped by ${stop}`, hint, { exit: STATUS[stop] })
}

const leaveProcess = (status: number): void => {
  process.exit(status)
}

/** First SIGINT or SIGTERM: abort, and 30 s for what runs. Second, or after those: exit at once. Locks end with the connections. */
export function watchInterrupts({ running, say, exit = leaveProcess }: InterruptOptions): Interrupt {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const leave = (stop: Stop): void => {
    const left = running()
    if (left.length > 0) say(`not waited for: ${left.join(', ')}`)
    exit(STATUS[stop])
  }
  const onSignal = (stop: NodeJS.Signals): void => {
    const known: Stop = stop === 'SIGTERM' ? 'SIGTERM' : 'SIGINT'
    if (controller.signal.aborted) {
      leave(known)
      return
    }
    say(stopping(running()))
    timer = setTimeout(leave, GRACE_SECONDS * 1000, known).unref()
    controller.abort(errorOf(known))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer)
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    },
  }
}
