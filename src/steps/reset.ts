import type { Node } from '../inventory/cluster.js'
import type { Intent, ResetIntent } from './intent.js'
import { leave } from './leave.js'
import type { ClusterContext, Step, StepContext } from './step.js'

/** What the others have to know of who is a part of the cluster. */
const TELL_OTHERS = ['host-identity', 'security', 'load-balancer']

/** The steps that the intent takes, of those that an apply takes. */
export function stepsFor(intent: Intent, steps: readonly Step[]): readonly Step[] {
  return intent.do === 'reset' ? resetSteps(steps, intent) : [leave({ nodes: [intent.node], gone: true }), ...steps]
}

/**
 * All that a reset does, in its order. As a whole: last done is first undone. Of a part: their load balancer goes, so that the VIP
 * has moved before the others stop listening to them; nobody is sent to these nodes any more; they leave, and then go back to
 * what they were. Who is gone is no part of the cluster that the steps are asked for.
 */
function resetSteps(steps: readonly Step[], { nodes, whole, gone }: ResetIntent): readonly Step[] {
  const names = nodes.map(({ name }) => name)
  const others = steps.filter(({ id }) => TELL_OTHERS.includes(id)).map((step) => without(step, names))
  if (gone) return [leave({ nodes, gone }), ...others]
  const undo = steps.toReversed().map((step) => takeBack(step, names))
  if (whole) return undo
  const isBalancer = ({ takesBack }: Step): boolean => takesBack?.step.id === 'load-balancer'
  return [...undo.filter(isBalancer), ...others, leave({ nodes, gone }), ...undo.filter((step) => !isBalancer(step))]
}

/** Under this id stands what takes back what that step made. */
export const undoOf = (step: string): string => `undo-${step}`

/** Whether the step of that id takes something back. */
export const isUndo = (id: string): boolean => id.startsWith(undoOf(''))

function takeBack(step: Step, nodes: readonly string[]): Step {
  return {
    id: undoOf(step.id),
    title: `Take back: ${step.title}`,
    why: `What was there before comes back. It was made because: ${step.why}`,
    runsOn: ({ name }) => nodes.includes(name),
    rollout: step.rollout,
    takesBack: { step, nodes },
    resources: () => [],
  }
}

/**
 * The step as it is for all others once these nodes are no part of the cluster any more. Neither are machines on which nothing
 * was done yet, or nothing is left: it is for an apply to bring them in.
 */
function without(step: Step, nodes: readonly string[]): Step {
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
