import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../../errors.js'
import { Redactor } from '../../secret.js'
import { stateDirectory } from '../session/directories.js'
import { escapeControls } from '../render/escape.js'

const KEEP_RUNS = 50
const KEEP_DAYS = 30

/** The log of one run: `run.log` (0600) in a directory of its own (0700). What it is given is redacted and escaped first. */
export interface RunLog {
  readonly path: string
  readonly redactor: Redactor
  readonly redact: (text: string) => string
  readonly write: (text: string) => void
  readonly close: () => void
}

/** Old runs go: all older than 30 days, and the oldest, so that 50 are left with the one to come. Their names sort by time. */
function removeOldRuns(runs: string, now: number): void {
  const names = readdirSync(runs).sort().reverse()
  // Another run may be clearing up at the same time.
  const age = (name: string): number =>
    now - (statSync(path.join(runs, name), { throwIfNoEntry: false })?.mtimeMs ?? now)
  const tooOld = (name: string): boolean => age(name) > KEEP_DAYS * 86_400_000
  for (const name of names.filter((one, index) => index >= KEEP_RUNS - 1 || tooOld(one))) {
    rmSync(path.join(runs, name), { recursive: true, force: true })
  }
}

function shortId(): string {
  return Math.random().toString(36).slice(2, 8).padEnd(6, '0')
}

/** Makes `<state>/runs/<UTC>-<command>-<id>/run.log`. Throws when the state directory cannot be written. */
export function openRunLog(command: string, id: string = shortId(), redactor = new Redactor()): RunLog {
  const runs = path.join(stateDirectory(), 'runs')
  mkdirSync(runs, { recursive: true, mode: 0o700 })
  const now = new Date()
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const directory = path.join(runs, `${stamp}-${command.replaceAll(/[^\w-]+/g, '-')}-${id}`)
  // Before its own is there: a file server's clock, by which that one may look old, is another.
  removeOldRuns(runs, now.getTime())
  mkdirSync(directory, { mode: 0o700 })
  return writing(path.join(directory, 'run.log'), redactor)
}

/** A disk that fills up here must not stop work on machines half way. */
function writing(file: string, redactor: Redactor): RunLog {
  let descriptor: number | undefined = openSync(file, 'a', 0o600)
  const redact = (text: string): string => redactor.redact(text)
  const end = (): void => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    path: file,
    redactor,
    redact,
    write(text) {
      if (descriptor === undefined) return
      try {
        writeSync(descriptor, `${new Date().toISOString()} ${escapeControls(redact(text))}\n`)
      } catch (error) {
        end()
        process.stderr.write(`The run log ${file} ends early, it cannot be written: ${messageOf(error)}\n`)
      }
    },
    close: end,
  }
}
