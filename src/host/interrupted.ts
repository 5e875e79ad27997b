import { TripodError } from '../errors.js'

/** The error of an aborted action: the signal's own when it is one of ours. */
export function interrupted(node: string, signal: AbortSignal): TripodError {
  const reason: unknown = signal.reason
  if (reason instanceof TripodError) return reason
  return new TripodError(
    'INTERRUPTED',
    `${node}: interrupted; what ran there may have finished or not`,
    'Run the same command again: it does only what is still missing.',
    { node },
  )
}
