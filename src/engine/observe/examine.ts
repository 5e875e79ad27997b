import type { Finding } from '../../checks/finding.js'
import type { ClusterContext, Step } from '../../steps/step.js'
import type { GateBefore } from '../../steps/gate.js'
import { plannedNode } from '../plan/assemble.js'
import { askGate, type GateFinding } from '../apply/gates.js'
import { looking } from './looking.js'
import { connectAll, observe } from './observe.js'
import type { Plan } from '../plan/plan-types.js'
import type { RunInput } from '../run-types.js'
import { selectNodes, selectSteps } from '../plan/select.js'
import { closeAll, type Station } from './station.js'

/** What was found of the machines, whether or not a plan would touch them. */
export interface Examination extends Pick<Plan, 'nodes' | 'unknown'> {
  /** Of every preflight check and every gate that comes before a step; a fatal one stands in the way of an apply. */
  readonly findings: readonly Finding[]
  /** Titles of the gates that hold. */
  readonly holding: readonly string[]
}

/** Looks at every selected node and asks all that an apply would ask; changes nothing. */
export async function examine(input: RunInput): Promise<Examination> {
  const steps = selectSteps(input.steps, input.selectors)
  const open = await connectAll(input, selectNodes(input.cluster, input.selectors))
  try {
    const { stations, context, findings, plans } = await observe(looking(input), steps, open)
    const asked = await askAll(input, gatesOf(steps, context), stations)
    return {
      nodes: stations.map((station) => plannedNode(station, context)),
      unknown: [...plans.values()].flatMap((plan) => plan.unknown),
      findings: [...findings, ...asked.flatMap(({ gate, found }) => findingsOf(gate, found))],
      holding: asked.flatMap(({ gate, found }) => (findingsOf(gate, found).length === 0 ? [gate.title] : [])),
    }
  } finally {
    await closeAll(open)
  }
}

/** The same gate may guard several steps: once is enough. */
function gatesOf(steps: readonly Step[], context: ClusterContext): readonly GateBefore[] {
  const gates = steps.flatMap((step) => step.gates?.(context) ?? []).filter((gate) => gate.when === 'before')
  return [...new Map(gates.map((gate) => [gate.id, gate])).values()]
}

async function askAll({ emit, signal }: RunInput, gates: readonly GateBefore[], stations: readonly Station[]) {
  const hosts = new Map(stations.flatMap(({ node, host }) => (host ? [[node.name, host] as const] : [])))
  const answered: { readonly gate: GateBefore; readonly found: GateFinding }[] = []
  for (const gate of gates) {
    emit({ type: 'notice', message: `checking that ${gate.title}` })
    answered.push({ gate, found: await askGate({ ...gate, deadlineSeconds: 0 }, { hosts, emit, signal }) })
  }
  return answered
}

function findingsOf({ check, title, fix }: GateBefore, { problems, untold }: GateFinding): readonly Finding[] {
  return [
    ...problems.map((message) => ({ id: check, severity: 'fatal' as const, message, fix })),
    ...untold.map((line) => ({
      id: check,
      severity: 'warning' as const,
      message: `could not determine whether ${title}: ${line}`,
      fix: 'An apply asks again when it has installed what is missing.',
    })),
  ]
}
