import { isDriftElsewhere, sameDeed, type ReviewedOp } from './stale.js'

/** An op of a saved plan that is not what it was when it was reviewed, or one that the review does not have. */
export interface Moved {
  readonly id: string
  readonly node: string
  readonly what: 'changed' | 'gone' | 'new'
  /** What it rested on, and what is there now; where that is the difference. */
  readonly from?: string
  readonly to?: string
  /** In words, where it is not. */
  readonly text: string
  /** File whose last writing tells more. */
  readonly path?: string
}

/** Op by op, in the order of the saved plan; what is new comes last. Drift where the plan has nothing to do is no difference. */
export function movedSince(saved: readonly ReviewedOp[], fresh: readonly ReviewedOp[]): readonly Moved[] {
  const now = new Map(fresh.map((op) => [op.id, op]))
  const known = new Set(saved.map(({ id }) => id))
  const newOnes = fresh.filter((op) => !known.has(op.id) && !isDriftElsewhere(op, saved))
  return [
    ...saved.flatMap((op) => {
      const found = now.get(op.id)
      if (found === undefined) return [moved(op, 'gone', 'needs no change any more')]
      return sameDeed(op, found) ? [] : [changed(op, found)]
    }),
    ...newOnes.map((op) => moved(op, 'new', op.reason.text)),
  ]
}

function moved({ id, node, kind }: ReviewedOp, what: Moved['what'], text: string): Moved {
  const isFile = kind === 'file' || kind === 'edit'
  return { id, node, what, text, ...(isFile ? { path: id.slice(`${node}:${kind}:`.length) } : {}) }
}

function changed(shown: ReviewedOp, found: ReviewedOp): Moved {
  const [from, to] = [groundOf(shown), groundOf(found)]
  if (from !== to) return { ...moved(shown, 'changed', ''), from, to }
  const deed = ({ action, change }: ReviewedOp): string => `${action} ${change.summary}`
  const text = `planned ${deed(shown)}, now ${deed(found)}`
  // The same words for another text: only the inventory's side can have made it so.
  return moved(shown, 'changed', deed(shown) === deed(found) ? 'what would be put there is another text now' : text)
}

const groundOf = ({ pre }: ReviewedOp): string => pre.map(({ expect }) => expect).join(', ')
