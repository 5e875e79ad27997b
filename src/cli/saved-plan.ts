import { readFile, stat } from 'node:fs/promises'
import type { PlanDocument } from '../document/plan-document.js'
import { planText } from '../document/plan-text.js'
import { readPlan } from '../document/read-plan.js'
import { messageOf, TripodError } from '../errors.js'

/** Writes the plan as JSON, whole or not at all, for its owner alone (0600). Throws USAGE where that cannot be. */
export async function savePlan(file: string, plan: PlanDocument): Promise<void> {
  await refuseOdd(file)
  const { default: writeFileAtomic } = await import('write-file-atomic')
  try {
    await writeFileAtomic(file, planText(plan), { mode: 0o600 })
  } catch (error) {
    throw unwritable(file, messageOf(error))
  }
}

/** Where a device or a directory is, nothing is put in its place: a root's `--out /dev/null` would end it. */
async function refuseOdd(file: string): Promise<void> {
  const found = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unwritable(file, messageOf(error))
  })
  if (found?.isFile() === false) throw unwritable(file, 'it is there and is no regular file')
}

function unwritable(file: string, why: string): TripodError {
  return new TripodError('USAGE', `The plan cannot be saved as ${file}: ${why}`, 'Pass another --out FILE.')
}

/** Reads a saved plan. Throws PLAN_INVALID. */
export async function openPlan(file: string): Promise<PlanDocument> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new TripodError(
      'PLAN_INVALID',
      `the plan ${file} cannot be read: ${messageOf(error)}`,
      'Pass the file that `tripod plan --out FILE` wrote.',
    )
  })
  return readPlan(text, file)
}
