import { structuredPatch } from 'diff'
import type { DocumentOp, PlanDocument } from '../../document/plan-document.js'

/** Two texts that share nothing cost quadratic time; past these limits they are not compared. */
const LIMITS = { timeout: 1000, maxEditLength: 5000 }

/** The texts of a file around a change; undefined where it is not there, or must not be shown. */
export interface Texts {
  readonly before?: string
  readonly after?: string
}

/** What an op changes as text; nothing of a secret. */
export function textsOf({ contents }: Pick<PlanDocument, 'contents'>, op: DocumentOp): Texts {
  if (op.sensitive) return {}
  const text = (digest: string | undefined): string | undefined => (digest === undefined ? undefined : contents[digest])
  const [before, after] = [text(op.change.before), text(op.change.after)]
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

/**
 * The lines of a unified diff without its file names, `context` lines around each change; the lines of a file that comes or goes
 * without places. [] where there is no text; undefined where the texts are too different to compare. Nothing is escaped.
 */
export function patchLines({ before, after }: Texts, context = 3): readonly string[] | undefined {
  if (before === undefined && after === undefined) return []
  const patch = structuredPatch('', '', before ?? '', after ?? '', '', '', { context, ...LIMITS })
  const whole = before === undefined || after === undefined
  return patch?.hunks.flatMap((hunk) => {
    const place = `@@ -${String(hunk.oldStart)},${String(hunk.oldLines)} +${String(hunk.newStart)},${String(hunk.newLines)} @@`
    return whole ? hunk.lines : [place, ...hunk.lines]
  })
}

/** Whether a line of a patch adds or takes away. */
export const isChange = (line: string): boolean => line.startsWith('+') || line.startsWith('-')
