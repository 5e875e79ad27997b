import { sh } from '../shell.js'
import { runs, SAME, type Difference, type Kind, type Verdict } from './kind.js'
import type { PathReading, Readings } from './readings.js'
import type { AccessResource } from './resource.js'

/** What the record holds of a path that was opened; null where there was none. */
type AccessBefore = { readonly mode: number } | null

/** What is not there yet comes with a mode of its own, and a link has none. */
export const access: Kind<AccessResource> = {
  name: ({ path }) => path,
  wish: ({ path, bits }) => ({ path, bits }),
  needs: ({ path }) => ({ paths: [{ path, text: 'not-needed' }] }),
  compare: ({ path, bits, readers }, readings) => {
    const seen = readings.path(path)
    if (seen.state === 'unknown') return seen
    const mode = modeOf(seen)
    if (mode === undefined || (mode & bits) === bits) return SAME
    return differs(path, mode, { to: mode | bits, why: `${readers} cannot read ${inside(seen)}` })
  },
  before: ({ path }, readings): AccessBefore => beforeOf(readings, path),
  leftoverNeeds: (path) => ({ paths: [{ path, text: 'not-needed' }] }),
  leftover: (path, { before }, readings) => {
    const seen = readings.path(path)
    if (seen.state === 'unknown') return seen
    const [mode, former] = [modeOf(seen), (before as AccessBefore)?.mode]
    // A mode that somebody set since is theirs.
    if (mode === undefined || former === undefined || (mode & ~OTHERS) !== (former & ~OTHERS) || mode === former)
      return SAME
    return differs(path, mode, { to: former, why: 'was opened by tripod' })
  },
}

const OTHERS = 0o005

function beforeOf(readings: Readings, path: string): AccessBefore {
  const mode = modeOf(readings.path(path))
  return mode === undefined ? null : { mode }
}

function modeOf(seen: PathReading): number | undefined {
  return seen.state === 'present' && (seen.type === 'file' || seen.type === 'directory') ? seen.mode : undefined
}

const inside = (seen: PathReading): string =>
  seen.state === 'present' && seen.type === 'directory' ? 'what is in it' : 'it'

const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

function differs(path: string, mode: number, { to, why }: { readonly to: number; readonly why: string }): Verdict {
  const difference: Difference = {
    action: 'update',
    disruption: 'none',
    reason: { code: 'differs', text: why },
    dependsOn: [],
    pre: [{ subject: path, expect: `mode ${octal(mode)}` }],
    change: { summary: `mode ${octal(mode)} -> ${octal(to)}`, notes: [why] },
    act: runs(sh`[ "$(stat -c %a -- ${path})" = ${mode.toString(8)} ] && chmod -- ${octal(to)} ${path}`),
  }
  return { state: 'differs', difference }
}
