import type { Op } from '../../engine/plan/plan-types.js'
import { escapeLine } from './escape.js'

/** `create package containerd`: an op in the words of progress and log. */
export function describeOp(op: Op): string {
  return `${op.action} ${op.kind} ${escapeLine(op.name)}`
}
