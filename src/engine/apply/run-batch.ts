import { TripodError, type ErrorCode } from '../../errors.js'
import type { RunResult } from '../../host/host.js'
import type { RunAct } from '../../resources/kind.js'
import type { Script } from '../../shell.js'
import { namesOf, type ActContext, type Batch } from './batch.js'
import { withInputs } from './command-inputs.js'
import { runDetached } from './detached.js'
import type { Op } from '../plan/plan-types.js'
import { AGAIN, LOOK, next, type NextStep } from '../../next-step.js'

/** How a batch's script is run. */
export interface ScriptRun extends Omit<RunAct, 'do'> {
  /** Whether a line of its output is for the reader; all are when left out. */
  readonly isShown?: (line: string) => boolean
}

/** Runs the script of a batch to its end. COMMAND_FAILED or OUTCOME_UNKNOWN, naming node and ops, unless it ends well. */
export async function runBatch(context: ActContext, batch: Batch, run: ScriptRun): Promise<RunResult> {
  const { station, input } = context
  const [{ op }] = batch
  const { timeoutSeconds } = run
  const script = await withInputs(context, op.id, run)
  const onLine = lineOf(context, op, run)
  const result = run.detached
    ? await runDetached({ host: station.host, runId: input.runId, opId: op.id, script, timeoutSeconds, onLine })
    : await station.host.run(script, { timeoutSeconds, onLine })
  if (result.code !== 0) throw await failureOf(context, batch, { run, result })
  return result
}

async function failureOf(
  context: ActContext,
  batch: Batch,
  { run, result }: { readonly run: ScriptRun; readonly result: RunResult },
): Promise<TripodError> {
  const said = `${result.stdout}\n${result.stderr}`.trim()
  if (result.code === null) return cutOff(context, batch, said)
  const evidence = await gathered(context, run.evidence)
  const output = [said, evidence].filter((part) => part !== '').join('\n')
  const { name } = context.station.node
  const [{ op }] = batch
  const isPackage = op.kind === 'package'
  const explained = isPackage ? context.station.os.packages.explainFailure(output) : run.explain?.(output)
  const message = explained?.message ?? `${namesOf(batch)} on ${name} ended with status ${result.code}`
  const hint =
    explained?.fix ?? next`Fix the cause on ${name}, then run \`${AGAIN}\` again: it does only what is still missing.`
  return failure('COMMAND_FAILED', message, hint, op.node, output)
}

/** What else the node can tell of a failure; that it cannot is no failure of its own. */
async function gathered({ station }: ActContext, evidence: Script | undefined): Promise<string> {
  if (evidence === undefined) return ''
  const { stdout } = await station.host.run(evidence, { timeoutSeconds: 60 }).catch(() => ({ stdout: '' }))
  return stdout.trim()
}

function lineOf({ input }: ActContext, op: Op, { isShown, news }: ScriptRun): (line: string) => void {
  const { node } = op
  // A connection that is taken up again brings all lines once more.
  const told = new Set<string>()
  return (line) => {
    if (isShown?.(line) === false) return
    input.emit({ type: 'output', node, step: op.step, line })
    if (news?.test(line) !== true || told.has(line)) return
    told.add(line)
    input.emit({ type: 'notice', node, message: line })
  }
}

const SHOWN_LINES = 10

function cutOff({ station }: ActContext, batch: Batch, output: string): TripodError {
  const { name } = station.node
  const message = `${namesOf(batch)} on ${name} was cut off: it may have finished or not`
  return failure('OUTCOME_UNKNOWN', message, next`Run \`${LOOK}\` to see what the node looks like now.`, name, output)
}

function failure(code: ErrorCode, message: string, hint: NextStep, node: string, output: string): TripodError {
  const tail = output.split('\n').slice(-SHOWN_LINES).join('\n')
  return new TripodError(code, message, hint, { node, output: tail })
}
