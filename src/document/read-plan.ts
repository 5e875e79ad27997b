import { createHash } from 'node:crypto'
import { messageOf, TripodError } from '../errors.js'
import { FORMAT_VERSION, planDocumentSchema, type PlanDocument } from './plan-document.js'

/** Enough to see what is wrong with a file. */
const SHOWN_PROBLEMS = 3

/**
 * A plan from the text of a file: keys that are not known are passed over. Throws PLAN_INVALID, which names the file and says
 * whether it is cut off, something else, of another format, or changed by hand.
 */
export function readPlan(text: string, file: string): PlanDocument {
  const data = parsed(text, file)
  const { kind, formatVersion } = headOf(data)
  if (kind !== 'plan')
    throw invalid(file, `it is ${kind === undefined ? 'no document of tripod' : `a document of the kind ${kind}`}`)
  if (formatVersion?.split('.')[0] !== FORMAT_VERSION.split('.')[0]) {
    const format = formatVersion ?? 'without a number'
    throw invalid(file, `its format is ${format}; this tripod reads ${FORMAT_VERSION}`)
  }
  const { success, data: plan, error } = planDocumentSchema.safeParse(data)
  if (!success) {
    const problems = error.issues.slice(0, SHOWN_PROBLEMS).map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw invalid(file, `it is not whole: ${problems.join('; ')}`)
  }
  refuseChanged(plan, file)
  return plan
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(file, text.trim() === '' ? 'it is empty' : `it is no JSON, or is cut off: ${messageOf(error)}`)
  }
}

function headOf(data: unknown): { readonly kind: string | undefined; readonly formatVersion: string | undefined } {
  const of = (key: string): string | undefined => {
    const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[key] : undefined
    return typeof value === 'string' ? value : undefined
  }
  return { kind: of('kind'), formatVersion: of('formatVersion') }
}

/** Texts under another digest than their own, and ops without their text, were not written by tripod. */
function refuseChanged({ contents, ops, steps }: PlanDocument, file: string): void {
  for (const [digest, text] of Object.entries(contents)) {
    const sum = createHash('sha256').update(text).digest('hex')
    if (sum !== digest) throw invalid(file, `it was changed: the text under ${digest.slice(0, 12)} has another sha256`)
  }
  const digests = ops.flatMap(({ change }) => [change.before, change.after].filter((one) => one !== undefined))
  const missing = digests.find((digest) => contents[digest] === undefined)
  if (missing !== undefined) throw invalid(file, `it was changed: the text ${missing.slice(0, 12)} is missing`)
  const listed = steps.flatMap(({ opIds }) => opIds)
  if (listed.join('\n') !== ops.map(({ id }) => id).join('\n'))
    throw invalid(file, 'it was changed: its steps and its ops do not fit together')
}

function invalid(file: string, why: string): TripodError {
  return new TripodError('PLAN_INVALID', `${file} cannot be read as a plan: ${why}`, `tripod plan --out ${file}`)
}
