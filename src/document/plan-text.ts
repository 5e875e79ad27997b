import { createHash } from 'node:crypto'
import { planDocumentSchema, type PlanDocument } from './plan-document.js'

/** The plan as the text of a file: keys in the order of the schema, so that a plan that was read again has the same text. */
export function planText(plan: PlanDocument): string {
  return `${JSON.stringify(planDocumentSchema.parse(plan), undefined, 2)}\n`
}

/** sha256 in hex, as `sha256sum` says it of a saved plan. */
export function planDigest(plan: PlanDocument): string {
  return createHash('sha256').update(planText(plan)).digest('hex')
}
