import { groupedBy } from '../../document/document-steps.js'
import type { DocumentOp } from '../../document/plan-document.js'
import { count } from './plan-headline.js'

/** Up to so many objects of a set are shown one by one. */
const SHOWN_EACH = 4

/** Objects of a set to which the same is done stand in one line with their number by kind, at the place of the first; others as they are. */
export function foldSets(ops: readonly DocumentOp[]): readonly DocumentOp[] {
  return [...groupedBy(ops, keyOf).values()].flatMap((alike) => {
    const [first] = alike
    return first === undefined || alike.length <= SHOWN_EACH ? alike : [folded(first, alike)]
  })
}

/** Objects that are created, or of which nothing but the manager changes, are alike; every other difference is worth its own lines. */
function keyOf(op: DocumentOp): string {
  const { id, set, action, reason, certainty, disruption, change } = op
  const isPlain = action === 'create' || (change.before === undefined && change.after === undefined && !op.sensitive)
  return set === undefined || !isPlain ? id : JSON.stringify([set, action, reason, certainty, disruption, change.notes])
}

function folded(first: DocumentOp, alike: readonly DocumentOp[]): DocumentOp {
  const kinds = [...groupedBy(alike, ({ name }) => /^[^ .]*/.exec(name)?.[0] ?? '')]
  const counts = kinds.map(([kind, ops]) => `${String(ops.length)} ${kind}`).join(', ')
  const summary = `${count(alike.length, 'object')}: ${counts}`
  const { notes } = first.change
  return { ...first, name: first.set ?? '', change: { summary, notes: [...notes, '--full shows each of them'] } }
}
