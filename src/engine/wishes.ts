import type { ClusterContext, Step } from '../steps/step.js'
import type { Wish } from './plan-node.js'
import type { KnownStation } from './station.js'

/** What the steps want on a node, in their order. */
export function wishesOf(
  steps: readonly Step[],
  station: Omit<KnownStation, 'host' | 'problems'>,
  context: ClusterContext,
): readonly Wish[] {
  const { node, facts, os } = station
  return steps
    .filter((step) => step.runsOn(node, context))
    .map((step) => ({ step: step.id, resources: step.resources({ ...context, node, facts, os }) }))
}
