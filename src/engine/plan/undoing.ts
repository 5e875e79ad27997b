import type { ClusterContext, Step, StepContext } from '../../steps/step.js'
import { LEFTOVERS, type Undoing } from './plan-node.js'
import type { KnownStation } from '../observe/station.js'
import { wishesOf } from './wishes.js'

type OnNode = Omit<KnownStation, 'host' | 'problems'>

/** What a reset is to take back on a node; undefined where it takes nothing back there. */
export function undoingOf(steps: readonly Step[], station: OnNode, context: ClusterContext): Undoing | undefined {
  const undos = steps.flatMap(({ id, takesBack }) =>
    takesBack?.nodes.includes(station.node.name) ? [{ id, step: takesBack.step }] : [],
  )
  if (undos.length === 0) return undefined
  const made = undos.map(({ step }) => step)
  const ids = new Map(undos.map(({ id, step }) => [step.id, id]))
  const wishes = wishesOf(
    made.map((step) => wherever(step, station)),
    station,
    context,
  )
  const found = wishes.flatMap(({ step, resources }) =>
    resources.flatMap((resource) =>
      resource.kind === 'command' ? [[`command:${resource.id}`, { step, resource }] as const] : [],
    ),
  )
  return {
    commands: new Map([...made.flatMap((step) => tellingThemselves(step, { ...context, ...station })), ...found]),
    conffiles: new Map(
      wishes.flatMap(({ resources }) =>
        resources.flatMap((one) =>
          one.kind === 'file' && one.conffileOf !== undefined ? [[one.path, one.conffileOf] as const] : [],
        ),
      ),
    ),
    // Of a step that is no more, nothing tells when it came.
    stepFor: (step) => ids.get(step) ?? LEFTOVERS,
  }
}

/** Who ran a command on a node is asked how it is taken back, also where it would not run any more: of a cluster that is down. */
function wherever(step: Step, { facts: { record } }: OnNode): Step {
  const ran = Object.entries(record.entries).some(([id, entry]) => id.startsWith('command:') && entry.step === step.id)
  return ran ? { ...step, runsOn: () => true } : step
}

function tellingThemselves(step: Step, context: StepContext) {
  const resources = step.tellsItself?.(context) ?? []
  return resources.map((resource) => [`command:${resource.id}`, { step: step.id, resource }] as const)
}
