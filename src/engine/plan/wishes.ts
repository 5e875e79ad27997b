import type { ClusterContext, Step } from '../../steps/step.js'
import { withRenewals } from '../observe/key-renewals.js'
import type { Wish } from './plan-node.js'
import type { KnownStation } from '../observe/station.js'

/** What the steps want on a node, in their order. */
export function wishesOf(
  steps: readonly Step[],
  station: Omit<KnownStation, 'host' | 'problems'>,
  context: ClusterContext,
): readonly Wish[] {
  const { node, facts, os } = station
  const around = { node: node.name, facts, ...(context.renewals && { renewals: context.renewals }) }
  return steps
    .filter((step) => step.runsOn(node, context))
    .map((step) => withRenewals({ step: step.id, resources: step.resources({ ...context, node, facts, os }) }, around))
}
