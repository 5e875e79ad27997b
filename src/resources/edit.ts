import { runs, SAME, unknown, type Difference, type Kind, type Verdict } from './kind.js'
import { notAFile, pathBefore, preOf, stateBefore } from './file.js'
import { revertMarked } from './markers.js'
import type { PathReading } from './readings.js'
import type { EditResource } from './resource.js'
import { sh } from '../shell.js'

export const edit: Kind<EditResource> = {
  name: (resource) => resource.path,
  wish: ({ path, summary, adds }) => ({ path, summary, adds }),
  needs: (resource) => ({ paths: [{ path: resource.path, text: 'always' }] }),
  compare: (resource, readings) =>
    change(resource.path, readings.path(resource.path), resource.apply, resource.summary),
  before: (resource, readings) => pathBefore(readings.path(resource.path)),
  assumed: (resource) => ({
    action: 'update',
    disruption: 'none',
    reason: { code: 'differs', text: 'only the machine can tell' },
    dependsOn: [],
    pre: [],
    change: {
      summary: resource.summary,
      ...(resource.adds === undefined ? {} : { before: '', after: resource.adds }),
      notes: [],
    },
    act: runs(sh`false`),
  }),
  leftoverNeeds: (path) => ({ paths: [{ path, text: 'always' }] }),
  leftover: (path, entry, readings) => {
    const verdict = change(path, readings.path(path), revertMarked, 'our lines are taken back')
    return verdict.state === 'differs' && stateBefore(entry) === 'absent' ? emptied(verdict.difference) : verdict
  },
}

/** A file that tripod made to put its lines in goes with them, unless somebody has put others in since. */
function emptied(difference: Difference): Verdict {
  const { act, change } = difference
  if (act.do !== 'write' || act.file.text !== '') return { state: 'differs', difference }
  return {
    state: 'differs',
    difference: {
      ...difference,
      action: 'delete',
      change: { ...change, summary: `${change.summary}, and the file goes: it was not there before` },
      act: { ...act, file: { ...act.file, text: null } },
    },
  }
}

function change(path: string, seen: PathReading, apply: (text: string) => string, summary: string): Verdict {
  if (seen.state === 'unknown') return seen
  if (seen.state === 'present' && seen.type !== 'file') return notAFile(seen)
  if (seen.state === 'present' && seen.text === undefined)
    return unknown('it is too large to edit, or is not UTF-8 text')
  const before = seen.state === 'present' ? (seen.text ?? '') : ''
  const after = apply(before)
  return after === before ? SAME : { state: 'differs', difference: difference(path, seen, after, summary) }
}

function difference(path: string, seen: PathReading, after: string, summary: string): Difference {
  const present = seen.state === 'present' ? seen : undefined
  const { pre, check } = present
    ? preOf(path, present)
    : { pre: [{ subject: path, expect: 'absent' }], check: { state: 'absent' as const } }
  return {
    action: present ? 'update' : 'create',
    disruption: 'none',
    reason: { code: 'differs', text: summary },
    dependsOn: [],
    pre,
    change: { summary, before: present?.text ?? '', after, notes: [] },
    act: {
      do: 'write',
      // Owner and mode are its owner's business: they stay.
      file: {
        path,
        text: after,
        references: {},
        owner: present?.owner ?? 'root:root',
        mode: present?.mode ?? 0o644,
        pre: check,
      },
    },
  }
}
