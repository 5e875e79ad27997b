import { TripodError, type ErrorCode } from '../errors.js'
import type { RunResult } from '../host/host.js'
import type { Script } from '../shell.js'
import { namesOf, type ActContext, type Batch } from './batch.js'
import { runDetached } from './detached.js'
import type { Op } from './plan-types.js'

/** How a batch's script is run. */
export interface ScriptRun {
  readonly script: Script
  readonly timeoutSeconds: number
  /** As a transient unit that outlives the connection. */
  readonly detached: boolean
  /** Whether a line of its output is for the reader; all are when left out. */
  readonly isShown?: (line: string) => boolean
}

/** Runs the script of a batch to its end. COMMAND_FAILED or OUTCOME_UNKNOWN, naming node and ops, unless it ends well. */
export async function runBatch(context: ActContext, batch: Batch, run: ScriptRun): Promise<RunResult> {
  const { station, input } = context
  const [{ op }] = batch
  const { script, timeoutSeconds } = run
  const onLine = lineOf(context, op, run.isShown)
  const result = run.detached
    ? await runDetached({ host: station.host, runId: input.runId, opId: op.id, script, timeoutSeconds, onLine })
    : await station.host.run(script, { timeoutSeconds, onLine })
  check(context, batch, result)
  return result
}

function lineOf({ input, station }: ActContext, op: Op, isShown: ScriptRun['isShown']): (line: string) => void {
  return (line) => {
    if (isShown?.(line) === false) return
    input.emit({ type: 'output', node: station.node.name, step: op.step, line })
  }
}

const SHOWN_LINES = 10

function check({ station }: ActContext, batch: Batch, result: RunResult): void {
  if (result.code === 0) return
  const output = `${result.stdout}\n${result.stderr}`.trim()
  const tail = output.split('\n').slice(-SHOWN_LINES).join('\n')
  const { name } = station.node
  if (result.code === null) {
    throw failure(
      'OUTCOME_UNKNOWN',
      `${namesOf(batch)} on ${name} was cut off: it may have finished or not`,
      'Run `tripod plan` to see what the node looks like now.',
      name,
      tail,
    )
  }
  const explained = batch[0].op.kind === 'package' ? station.os.packages.explainFailure(output) : undefined
  const message = explained?.message ?? `${namesOf(batch)} on ${name} ended with status ${result.code}`
  const hint =
    explained?.fix ?? `Mend the cause on ${name}, then run \`tripod apply\` again: it does only what is still missing.`
  throw failure('COMMAND_FAILED', message, hint, name, tail)
}

function failure(code: ErrorCode, message: string, hint: string, node: string, output: string): TripodError {
  return new TripodError(code, message, hint, { node, output })
}
