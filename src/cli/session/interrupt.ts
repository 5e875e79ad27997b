import { TripodError } from '../../errors.js'

const GRACE_SECONDS = 30
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Stop = keyof typeof STATUS

const isStop = (signal: string): signal is Stop => signal in STATUS

export interface InterruptOptions {
  /** What is being done right now: `m1 container-runtime: package containerd`. */
  readonly running: () => readonly string[]
  readonly say: (text: string) => void
  /** Ends the process; passed in so that a test outlives it. */
  readonly exit?: (status: number) => void
}

export interface Interrupt {
  readonly signal: AbortSignal
  /** What Ctrl-C does, for one who reads the keys. */
  readonly stop: () => void
  /** Stops listening. */
  close(): void
}

function stopping(running: readonly string[]): string {
  const waiting = running.length === 0 ? '' : `: waiting up to ${String(GRACE_SECONDS)} s for ${running.join(', ')}`
  return `Stopping${waiting}. Press Ctrl-C again to stop immediately.`
}

function errorOf(stop: Stop): TripodError {
  const hint = 'Run the same command again: it does only what is still missing.'
  return new TripodError('INTERRUPTED', `Stopped by ${stop}`, hint, { exit: STATUS[stop] })
}

const leaveProcess = (status: number): void => {
  process.exit(status)
}

/**
 * First SIGINT, SIGTERM or SIGHUP (the terminal was closed): abort, and 30 s for what runs. Second, or after those: exit at once.
 * Locks end with the connections.
 */
export function watchInterrupts({ running, say, exit = leaveProcess }: InterruptOptions): Interrupt {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const leave = (stop: Stop): void => {
    const left = running()
    if (left.length > 0) say(`Still running on the nodes: ${left.join(', ')}`)
    exit(STATUS[stop])
  }
  const onSignal = (stop: NodeJS.Signals): void => {
    const known: Stop = isStop(stop) ? stop : 'SIGINT'
    if (controller.signal.aborted) {
      leave(known)
      return
    }
    say(stopping(running()))
    timer = setTimeout(leave, GRACE_SECONDS * 1000, known).unref()
    controller.abort(errorOf(known))
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal)
  return {
    signal: controller.signal,
    stop() {
      onSignal('SIGINT')
    },
    close() {
      clearTimeout(timer)
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal)
    },
  }
}
