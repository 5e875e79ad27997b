import { setTimeout as sleep } from 'node:timers/promises'
import { TripodError } from '../errors.js'
import type { Host } from '../host/host.js'
import { lines, type Script, sh } from '../shell.js'
import { next, tripod } from '../next-step.js'
import type { Unit } from './whole.js'

/** When the node starts a stopped service by itself, should nobody come back for it. */
const SELF_HELP_SECONDS = 60
const TRIES = 3

/** A service that is stopped for a while. */
export interface Stopping {
  readonly host: Host
  readonly unit: Unit
  readonly runId: string
}

const timerOf = ({ runId, unit }: Stopping): string => `tripod-${runId}-start-${unit.replace('.service', '')}`

/** First the timer that starts it again, whatever becomes of us; without one, nothing is stopped. */
export function stopScript(stopping: Stopping): Script {
  const timer = timerOf(stopping)
  return lines([
    sh`systemd-run --quiet --collect --unit=${timer} --on-active=${SELF_HELP_SECONDS} --timer-property=AccuracySec=1s systemctl start ${stopping.unit} || exit 1`,
    sh`systemctl stop ${stopping.unit}`,
  ])
}

/** Starts it and takes the timer back; right also where it was never stopped, or has started by itself. */
export function startScript(stopping: Stopping): Script {
  const timer = `${timerOf(stopping)}.timer`
  return lines([
    sh`systemctl start ${stopping.unit} && systemctl is-active --quiet ${stopping.unit} || exit 1`,
    sh`if systemctl is-active --quiet ${timer}; then systemctl stop ${timer}; fi`,
  ])
}

/** Stops the service, does the work, and starts the service again however the work ended. */
export async function whileStopped<T>(stopping: Stopping, work: () => Promise<T>): Promise<T> {
  const { host, unit } = stopping
  try {
    const { code, stdout, stderr } = await host.run(stopScript(stopping), { title: `stopping ${unit}` })
    if (code !== 0) throw failed(stopping, 'could not be stopped', stdout + stderr)
    return await work()
  } finally {
    await startAgain(stopping)
  }
}

/** Not with the signal of the run: an interrupt is one of the reasons to put things back. */
async function startAgain(stopping: Stopping): Promise<void> {
  const { host, unit } = stopping
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      const { code, stdout, stderr } = await host.run(startScript(stopping), { title: `starting ${unit}` })
      if (code === 0) return
      if (left === 0) throw failed(stopping, 'does not start again', stdout + stderr)
    } catch (error) {
      if (left === 0) throw leftAlone(stopping, error)
      await host.reconnect().catch(() => undefined)
    }
    await sleep(1000)
  }
}

function failed({ host, unit }: Stopping, what: string, output: string): TripodError {
  const hint = next`See \`journalctl -u ${unit}\` on ${host.name}; then \`${tripod('apply')}\` puts it right.`
  return new TripodError('COMMAND_FAILED', `${unit} on ${host.name} ${what}`, hint, { node: host.name, output })
}

function leftAlone(stopping: Stopping, cause: unknown): TripodError {
  const { host, unit } = stopping
  if (cause instanceof TripodError && cause.code === 'COMMAND_FAILED') return cause
  return new TripodError(
    'OUTCOME_UNKNOWN',
    `${host.name} does not answer any more, and ${unit} was stopped there; ${host.name} starts it by itself within ${SELF_HELP_SECONDS} s of that`,
    next`See \`systemctl status ${unit}\` on ${host.name}; then \`${tripod('plan')}\` tells whether all is well.`,
    { node: host.name, cause },
  )
}
