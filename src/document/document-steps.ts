import type { DocumentOp, DocumentStep, PlanDocument } from './plan-document.js'

/** A step of the document with its ops, in their order. */
export interface StepWithOps extends DocumentStep {
  readonly ops: readonly DocumentOp[]
}

/** Values under their key, in their order; keys in the order of their first value. */
export function groupedBy<Key, Value>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}

/** The steps as a renderer goes over them. */
export function stepsOf(document: Pick<PlanDocument, 'steps' | 'ops'>): readonly StepWithOps[] {
  const ops = groupedBy(document.ops, (op) => op.step)
  return document.steps.map((step) => ({ ...step, ops: ops.get(step.id) ?? [] }))
}
