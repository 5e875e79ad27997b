import { closeSync, openSync, writeSync } from 'node:fs'
import { type EventStream, eventStream } from '../../document/event-stream.js'
import { messageOf, TripodError } from '../../errors.js'
import type { RunLog } from './run-log.js'
import { toTripodError } from '../app/to-tripod-error.js'
import type { Wording } from '../../next-step.js'

/** The file of `--events`, for one run. */
export interface EventFile {
  readonly note: EventStream['note']
  /** The last lines, then the file is closed; `thrown` is what ended the run, where it did not end well. */
  readonly end: (outcome?: { readonly thrown: unknown }) => void
}

const NONE: EventFile = { note: () => undefined, end: () => undefined }

/**
 * Opens the file (0600; one that is there is appended to, so that none is ever lost) before anything is done: USAGE where that
 * cannot be. What is lost later, by a full disk, stops nothing. Also a process that leaves in haste writes its last lines.
 */
export function openEventFile(
  path: string | undefined,
  { log, runId, wording }: { readonly log: RunLog; readonly runId: string; readonly wording: Wording },
): EventFile {
  if (path === undefined) return NONE
  const file = opened(path)
  let broken = false
  const write = (line: string): void => {
    if (broken) return
    try {
      writeSync(file, `${line}\n`)
    } catch (error) {
      broken = true
      process.stderr.write(`The events in ${path} end early, it cannot be written: ${messageOf(error)}\n`)
    }
  }
  const stream = eventStream({ runId, write, redact: log.redact, wording })
  const onExit = (status: number): void => {
    stream.end({ exit: status })
  }
  process.on('exit', onExit)
  return {
    note: stream.note,
    end(outcome) {
      process.off('exit', onExit)
      const error = outcome === undefined ? undefined : toTripodError(outcome.thrown)
      stream.end({ exit: error?.exit ?? 0, ...(error && { error }) })
      closeSync(file)
    },
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', 0o600)
  } catch (error) {
    const hint = 'Name a file that can be written: --events run.ndjson'
    throw new TripodError('USAGE', `The events cannot be written to ${path}: ${messageOf(error)}`, hint)
  }
}
