import type { RunLog } from './run-log.js'

let current: RunLog | undefined

/** The log of the run this process is. Process-wide, because an error that nobody caught has no other way to it. */
export function currentRunLog(): RunLog | undefined {
  return current
}

export function setCurrentRunLog(log: RunLog): void {
  current = log
}
