import { joinsCluster } from '../inventory/roles.js'
import { isMaster } from '../steps/control-plane.js'
import { join } from '../steps/join.js'
import { undoOf } from '../steps/take-back.js'
import type { ClusterContext, Step } from '../steps/step.js'
import { LEFTOVERS, type Undoing } from './plan-node.js'
import type { KnownStation } from './station.js'
import { wishesOf } from './wishes.js'

type OnNode = Omit<KnownStation, 'host' | 'problems'>

/** What a reset is to take back on a node; undefined where it takes nothing back there. */
export function undoingOf(steps: readonly Step[], station: OnNode, context: ClusterContext): Undoing | undefined {
  const made = steps.flatMap(({ takesBack }) => (takesBack?.nodes.includes(station.node.name) ? [takesBack.step] : []))
  if (made.length === 0) return undefined
  const ids = new Set(made.map(({ id }) => id))
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
    commands: new Map([...kubeadm(station, context), ...found]),
    conffiles: new Map(
      wishes.flatMap(({ resources }) =>
        resources.flatMap((one) =>
          one.kind === 'file' && one.conffileOf !== undefined ? [[one.path, one.conffileOf] as const] : [],
        ),
      ),
    ),
    // Of a step that is no more, nothing tells when it came.
    stepFor: (step) => (ids.has(step) ? undoOf(step) : LEFTOVERS),
  }
}

/** Who ran a command on a node is asked how it is taken back, also where it would not run any more: of a cluster that is down. */
function wherever(step: Step, { facts: { record } }: OnNode): Step {
  const ran = Object.entries(record.entries).some(([id, entry]) => id.startsWith('command:') && entry.step === step.id)
  return ran ? { ...step, runsOn: () => true } : step
}

/** Also of a node whose record is gone, or that was joined by hand: kubeadm's own files tell. */
function kubeadm(station: OnNode, context: ClusterContext): Undoing['commands'] {
  const { node } = station
  if (!joinsCluster(node)) return new Map()
  const step = isMaster(node) ? 'control-plane-join' : 'worker-join'
  return new Map([['command:kubeadm', { step, resource: join({ ...context, ...station }) }]])
}
