import type { Step } from '../../steps/step.js'
import { takeBack } from '../../steps/take-back.js'
import type { ResetIntent } from './intent.js'

/** Last done is first undone. */
export function resetSteps({ nodes }: ResetIntent, steps: readonly Step[]): readonly Step[] {
  const names = nodes.map(({ name }) => name)
  return steps.toReversed().map((step) => takeBack(step, names))
}
