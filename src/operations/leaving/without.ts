import type { Node } from '../../inventory/cluster.js'
import type { ClusterContext, Step, StepContext } from '../../steps/step.js'

/**
 * The step as it is for all others once these nodes are no part of the cluster any more. Neither are machines on which nothing
 * was done yet, or nothing is left: it is for an apply to bring them in.
 */
export function stepWithout(step: Step, nodes: readonly string[]): Step {
  const { runsOn, gates, resources } = step
  const stays = ({ name }: Node, { topology }: ClusterContext): boolean =>
    !nodes.includes(name) && topology.states[name] !== 'fresh'
  const left = <Context extends ClusterContext | StepContext>(context: Context): Context => {
    const { cluster, seen } = context
    const smaller = { ...cluster, nodes: cluster.nodes.filter((node) => stays(node, context)) }
    return { ...context, cluster: smaller, seen: seen.filter(({ node }) => stays(node, context)) }
  }
  return {
    ...step,
    runsOn: (node, context) => stays(node, context) && runsOn(node, left(context)),
    ...(gates && { gates: (context: ClusterContext) => gates(left(context)) }),
    resources: (context) => resources(left(context)),
  }
}
