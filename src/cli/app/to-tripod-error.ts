import { messageOf, TripodError } from '../../errors.js'
import { nearest } from '../../inventory/read/nearest.js'

/** What of oclif's errors tells that the command line was wrong; looked at by shape, as oclif's own handler does. */
interface UsageError extends Error {
  readonly oclif: { readonly exit?: number | false }
  /** Of a NonExistentFlagsError. */
  readonly flags?: readonly string[]
}

function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null
}

/** `this.exit(0)` and the end of `--help` are thrown too, and are no errors. */
export function isPlainExit(error: unknown): boolean {
  return isUsageError(error) && error.oclif.exit === 0
}

/** The command that a usage error is about. */
export interface CommandAtHand {
  /** `lab up`; '' before a command was found. */
  readonly id: string
  readonly flags: readonly string[]
}

function nearMiss(error: UsageError, known: readonly string[]): string {
  const names = known.map((name) => `--${name}`)
  const meant = (error.flags ?? []).map((flag) => nearest(flag, names)).find((name) => name !== undefined)
  return meant === undefined ? '' : ` Did you mean ${meant}?`
}

function usageMessage(error: UsageError): string {
  const [first = '', ...rest] = error.message.split('\n').filter((line) => !line.startsWith('See more help with'))
  return [first, ...rest].join('\n').trim()
}

/** Anything thrown as one of our errors: oclif's parse errors are USAGE, what nobody foresaw is INTERNAL. */
export function toTripodError(error: unknown, command: CommandAtHand = { id: '', flags: [] }): TripodError {
  if (error instanceof TripodError) return error
  if (isUsageError(error)) {
    const help = `tripod ${command.id} --help`.replace('  ', ' ')
    return new TripodError('USAGE', usageMessage(error) + nearMiss(error, command.flags), help)
  }
  const hint = 'Please report it with the run log; it is redacted, but read it before you send it.'
  return new TripodError('INTERNAL', `Unexpected: ${messageOf(error)}`, hint, { cause: error })
}
