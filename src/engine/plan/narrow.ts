import type { Plan } from './plan-types.js'

/** The plan with these ops alone. */
export function narrowed(plan: Plan, only: ReadonlySet<string>): Plan {
  const steps = plan.steps
    .map((step) => ({ ...step, ops: step.ops.filter(({ id }) => only.has(id)) }))
    .filter(({ ops }) => ops.length > 0)
  return { ...plan, steps }
}
