import { messageOf, TripodError } from '../../errors.js'
import type { Host, RunOptions, RunResult } from '../../host/host.js'
import { sha256 } from '../../resources/digest.js'
import { lines, sh, type Script } from '../../shell.js'
import { LOOK, next } from '../../next-step.js'

export interface DetachedWork {
  readonly host: Host
  readonly runId: string
  /** Makes the unit's name unique within the run. */
  readonly opId: string
  readonly script: Script
  readonly timeoutSeconds: number
  readonly onLine: (line: string) => void
}

/** Attempts to get back to a node on which work of ours goes on; the back-off is the host's. */
const REATTACH_TRIES = 5
/** What the follower itself may take beyond the work. */
const FOLLOW_SLACK_SECONDS = 60
/** Of a log that is too long to be followed. */
const END_BYTES = 65_536
/** Exit status of the follower when the work left none: killed, timed out, or rebooted away. */
const NO_STATUS = 97

/**
 * Runs a long script as a transient unit that outlives the SSH session, follows its output, and gives back how it ended. A
 * lost link is taken up again and the same unit followed on: it is never started twice. OUTCOME_UNKNOWN where that fails.
 */
export async function runDetached(work: DetachedWork): Promise<RunResult> {
  const { host, onLine } = work
  const names = namesOf(work)
  const options: RunOptions = { timeoutSeconds: work.timeoutSeconds + FOLLOW_SLACK_SECONDS, onLine }
  let script = lines([start(work, names), follow(names)])
  for (let attempt = 0; ; attempt += 1) {
    try {
      const result = await host.run(script, options)
      if (result.code !== null) return finished(result, work, names)
    } catch (error) {
      if (printedTooMuch(error) && attempt < REATTACH_TRIES) {
        script = waitFor(names)
        continue
      }
      if (!(error instanceof TripodError) || error.code !== 'CONNECTION_LOST') throw error
      onLine(`${messageOf(error)}; looking for ${names.unit} again`)
    }
    if (attempt >= REATTACH_TRIES) throw outcomeUnknown(work, names)
    await host.reconnect().catch((error: unknown) => {
      throw outcomeUnknown(work, names, error)
    })
    script = follow(names)
  }
}

interface Names {
  readonly unit: string
  /** Path without suffix: script, log and status lie beside each other. */
  readonly base: string
}

function namesOf({ runId, opId }: DetachedWork): Names {
  const digest = sha256(opId).slice(0, 12)
  return { unit: `tripod-${runId}-${digest}.service`, base: `/var/lib/tripod/runs/${runId}/${digest}` }
}

/** Output directories of runs older than this are removed when a new run starts work. */
const KEEP_DAYS = 30

function start({ script, timeoutSeconds }: DetachedWork, { unit, base }: Names): Script {
  const body = `sh ${base}.sh >${base}.log 2>&1 </dev/null; echo $? >${base}.rc.new; mv ${base}.rc.new ${base}.rc`
  return lines([
    sh`umask 077; mkdir -p ${base.replace(/\/[^/]*$/, '')} || exit 1`,
    sh`find /var/lib/tripod/runs -mindepth 1 -maxdepth 1 -type d -mtime +${KEEP_DAYS} -exec rm -rf -- {} +`,
    sh`if [ ! -e ${base}.rc ] && ! systemctl is-active --quiet ${unit}; then`,
    sh`printf '%s\n' ${script.text} >${base}.sh && : >${base}.log || exit 1`,
    sh`systemd-run --quiet --collect --unit=${unit} --property=RuntimeMaxSec=${timeoutSeconds} --setenv=LC_ALL=C /bin/sh -c ${body} || exit 1`,
    sh`fi`,
  ])
}

function follow({ unit, base }: Names): Script {
  return lines([
    sh`pid=$(systemctl show -p MainPID --value ${unit})`,
    sh`if [ "$pid" -gt 0 ] 2>/dev/null; then tail -n +1 -s 0.1 --pid="$pid" -f ${base}.log; else cat ${base}.log; fi`,
    status(base),
  ])
}

/** For work that prints more than is read of one command: its end alone. */
function waitFor({ unit, base }: Names): Script {
  return lines([
    sh`pid=$(systemctl show -p MainPID --value ${unit})`,
    sh`if [ "$pid" -gt 0 ] 2>/dev/null; then while kill -0 "$pid" 2>/dev/null; do sleep 0.5; done; fi`,
    sh`tail -c ${END_BYTES} ${base}.log`,
    status(base),
  ])
}

/** The host gives up a command that prints without end; the unit does not mind. */
function printedTooMuch(error: unknown): boolean {
  return error instanceof TripodError && error.code === 'COMMAND_FAILED'
}

function status(base: string): Script {
  return lines([
    // The unit writes its status just before its process ends; what is not there then never comes.
    sh`[ -e ${base}.rc ] || sleep 0.5`,
    sh`read -r code <${base}.rc || exit ${NO_STATUS}; exit "$code"`,
  ])
}

function finished(result: RunResult, work: DetachedWork, names: Names): RunResult {
  if (result.code !== NO_STATUS) return result
  throw outcomeUnknown(work, names)
}

function outcomeUnknown({ host }: DetachedWork, { unit, base }: Names, cause?: unknown): TripodError {
  return new TripodError(
    'OUTCOME_UNKNOWN',
    `could not determine how ${unit} on ${host.name} ended`,
    next`Look at ${base}.log on ${host.name}, then run \`${LOOK}\`: it shows what the node looks like now.`,
    { node: host.name, cause },
  )
}
