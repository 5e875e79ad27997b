import type { Emit } from '../../engine/events.js'
import { trackActivity, type Activity } from './activity.js'
import { plainProgress } from './plain-progress.js'
import { type Progress, quietProgress } from './progress.js'
import type { RunLog } from '../run-log/run-log.js'
import { logEvents } from '../run-log/run-log-events.js'
import { taskProgress } from './task-progress.js'

export interface ProgressChoice {
  readonly quiet: boolean
  readonly verbose: boolean
  readonly terminal: boolean
  /** Who else listens. */
  readonly also?: Emit
}

function choose(activity: Activity, log: RunLog, { quiet, verbose, terminal }: ProgressChoice): Progress {
  const write = (line: string): void => {
    process.stderr.write(`${log.redact(line)}\n`)
  }
  if (quiet) return quietProgress(write)
  const plain = plainProgress({ activity, write, verbose })
  return terminal && !verbose ? taskProgress(plain) : plain
}

/** Progress of the wanted kind on stderr; the run log gets everything whatever is shown. */
export function openProgress(
  log: RunLog,
  choice: ProgressChoice,
): { readonly progress: Progress; readonly activity: Activity } {
  const activity = trackActivity()
  const shown = choose(activity, log, choice)
  const logged = logEvents(log)
  const emit: Emit = (event) => {
    activity.note(event)
    logged(event)
    choice.also?.(event)
    shown.emit(event.type === 'output' ? { ...event, line: log.redact(event.line) } : event)
  }
  const say = (text: string): void => {
    log.write(text)
    shown.say(text)
  }
  return { progress: { ...shown, emit, say }, activity }
}
