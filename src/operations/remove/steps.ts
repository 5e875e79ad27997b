import type { Step } from '../../steps/step.js'
import { loadBalancer } from '../../steps/load-balancer/index.js'
import { takeBack } from '../../steps/take-back.js'
import { leave } from '../leaving/leave.js'
import { stepWithout } from '../leaving/without.js'
import type { RemoveIntent } from './intent.js'

/**
 * Their load balancer goes first, so that the VIP has moved before the others stop listening to them; nobody is sent to these nodes
 * any more; they leave, and then go back to what they were. Who is gone is no part of the cluster that the steps are asked for.
 */
export function removeSteps({ nodes, gone }: RemoveIntent, steps: readonly Step[]): readonly Step[] {
  const names = nodes.map(({ name }) => name)
  const others = steps.filter((step) => step.dependsOnMembership).map((step) => stepWithout(step, names))
  if (gone) return [leave({ nodes, gone }), ...others]
  const undo = steps.toReversed().map((step) => takeBack(step, names))
  const isBalancer = ({ takesBack }: Step): boolean => takesBack?.step.id === loadBalancer.id
  return [...undo.filter(isBalancer), ...others, leave({ nodes, gone }), ...undo.filter((step) => !isBalancer(step))]
}
