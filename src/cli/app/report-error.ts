import { headed } from '../../document/headed.js'
import { ERRORS, type TripodError } from '../../errors.js'
import { currentRunLog } from '../run-log/current-run-log.js'
import { errorJson, renderError } from './render-error.js'
import { openRunLog } from '../run-log/run-log.js'
import { type CommandAtHand, isPlainExit, toTripodError } from './to-tripod-error.js'

/** Stacks go to the log alone; a bug without a run gets a log of its own. */
function logged(error: TripodError, thrown: unknown, command: string): string | undefined {
  const log =
    currentRunLog() ?? (error.code === 'INTERNAL' ? openRunLog(command === '' ? 'tripod' : command) : undefined)
  const stack = thrown instanceof Error ? thrown.stack : undefined
  log?.write(`error ${error.code} ${error.message}`)
  if (error.code === 'INTERNAL' && stack !== undefined) log?.write(stack)
  return log?.path
}

/** Shows whatever ended the command and sets the exit status. Never a stack trace, never a status outside the table. */
export function reportError(
  thrown: unknown,
  options: { readonly command?: CommandAtHand; readonly json?: boolean } = {},
): void {
  if (isPlainExit(thrown)) return
  const error = toTripodError(thrown, options.command)
  const log = logPath(error, thrown, options.command?.id ?? '')
  const redact = (text: string): string => currentRunLog()?.redact(text) ?? text
  process.exitCode = error.exit
  if (options.json === true)
    process.stdout.write(`${JSON.stringify(headed('error', { error: errorJson(error, redact) }), null, 2)}\n`)
  else process.stderr.write(`${renderError(error, { redact, ...(log === undefined ? {} : { log }) })}\n`)
}

function logPath(error: TripodError, thrown: unknown, command: string): string | undefined {
  try {
    return logged(error, thrown, command)
  } catch {
    // An unwritable state directory must not hide the error itself.
    return ERRORS[error.code].exit === ERRORS.INTERNAL.exit ? '(the run log could not be written)' : undefined
  }
}
