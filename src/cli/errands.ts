import type { Intent } from '../steps/intent.js'
import { applyErrand } from './apply-errand.js'
import type { Errand, Speaker } from './errand.js'
import { replaceErrand } from './replace-errand.js'
import { type LeavingFlags, resetErrand } from './reset-errand.js'

interface ErrandFlags extends LeavingFlags {
  readonly yes: boolean
}

/** The errand that has this intent; undefined: an apply of the inventory. */
export function errandOf(intent: Intent | undefined, flags: ErrandFlags, say: Speaker['say']): Errand {
  if (intent === undefined) return applyErrand(flags, say)
  return intent.do === 'reset' ? resetErrand(intent, flags) : replaceErrand(intent, flags)
}
