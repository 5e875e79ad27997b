import type { Step } from './step.js'

/** Under this id stands what takes back what that step made. */
const undoOf = (step: string): string => `undo-${step}`

/** Whether the step of that id takes something back. */
export const isUndo = (id: string): boolean => id.startsWith(undoOf(''))

/** The step that takes back on these nodes what that step made. */
export function takeBack(step: Step, nodes: readonly string[]): Step {
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
