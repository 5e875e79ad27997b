import { readFile } from 'node:fs/promises'
import { writeArtifact } from '../../artifact/write-artifact.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { planText } from '../../document/plan-text.js'
import { readPlan } from '../../document/read-plan.js'
import { messageOf, TripodError } from '../../errors.js'

/** Writes the plan as JSON, whole or not at all, for its owner alone (0600). Throws USAGE where that cannot be. */
export async function savePlan(file: string, plan: PlanDocument): Promise<void> {
  await writeArtifact({ path: file, content: planText(plan), replaces: true }).catch((error: unknown) => {
    throw new TripodError(
      'USAGE',
      `The plan cannot be saved as ${file}: ${messageOf(error)}`,
      'Pass another --out FILE.',
    )
  })
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
