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
 * All that a reset does, in its order. As a whole: last done is first undone. Of a part: their load balancer goes first, so that the
 * VIP is with those that stay before these know of nobody else; nobody is sent to these nodes any more, they leave, and then go back
 * to what they were. Who is gone is no part of the cluster that the steps are asked for.
 */
function resetSteps(steps: readonly Step[], { nodes, whole, gone }: ResetIntent): readonly Step[] {
  const names = nodes.map(({ name }) => name)
  const others = steps.filter(({ id }) => TELL_OTHERS.includes(id))
  if (gone) return [leave({ nodes, gone }), ...others]
  const undo = steps.toReversed().map((step) => takeBack(step, names))
  if (whole) return undo
  const isBalancer = ({ takesBack }: Step): boolean => takesBack?.step.id === 'load-balancer'
  return [
    ...undo.filter(isBalancer),
    ...others.map((step) => without(step, names)),
    leave({ nodes, gone }),
    ...undo.filter((step) => !isBalancer(step)),
  ]
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

/** The step as it is for all others once these nodes are no part of the cluster any more. */
export function without(step: Step, nodes: readonly string[]): Step {
  const { runsOn, gates, resources } = step
  const stays = (node: Node): boolean => !nodes.includes(node.name)
  return {
    ...step,
    runsOn: (node, context) => stays(node) && runsOn(node, left(context, stays)),
    ...(gates && { gates: (context: ClusterContext) => gates(left(context, stays)) }),
    resources: (context) => resources(left(context, stays)),
  }
}

function left<Context extends ClusterContext | StepContext>(context: Context, stays: (node: Node) => boolean): Context {
  const { cluster, seen } = context
  const smaller = { ...cluster, nodes: cluster.nodes.filter(stays) }
  return { ...context, cluster: smaller, seen: seen.filter(({ node }) => stays(node)) }
}
