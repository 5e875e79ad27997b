import type { Finding } from '../checks/finding.js'
import type { Cluster } from '../inventory/cluster.js'
import type { Step } from '../steps/step.js'
import type { Topology } from '../topology.js'
import { LEFTOVERS, type NodePlan } from './plan-node.js'
import type { Op, Plan, PlannedNode, PlannedStep, Selectors } from './plan-types.js'
import { isComplete } from './select.js'
import type { Station } from './station.js'
import { summarise } from './summary.js'

export interface PlanParts {
  readonly cluster: Cluster
  readonly mode: Plan['mode']
  readonly steps: readonly Step[]
  readonly selectors: Selectors
  readonly stations: readonly Station[]
  readonly topology: Topology
  readonly findings: readonly Finding[]
  readonly plans: ReadonlyMap<string, NodePlan>
  readonly seconds: number
}

/** Puts what was found on all nodes into the one plan: ops by step, then node in inventory order, then resource. */
export function assemble(parts: PlanParts): Plan {
  const nodePlans = parts.stations.flatMap(({ node }) => parts.plans.get(node.name) ?? [])
  const ops = nodePlans.flatMap((plan) => plan.changes.map((change) => change.op))
  const unknown = nodePlans.flatMap((plan) => plan.unknown)
  const findings = [...parts.findings, ...forgottenCommands(parts)]
  const nodes = parts.stations.map((station) => plannedNode(station, parts.topology))
  const readable = nodes.every((node) => node.problems.length === 0) && unknown.length === 0
  return {
    cluster: parts.cluster,
    mode: parts.mode,
    complete: isComplete(parts.selectors),
    applyable: parts.mode === 'online' && readable && findings.every((finding) => finding.severity !== 'fatal'),
    selectors: parts.selectors,
    nodes,
    steps: bySteps(parts.steps, ops),
    unknown,
    findings,
    summary: summarise(ops, nodes),
    seconds: parts.seconds,
  }
}

function plannedNode({ node, facts, problems }: Station, topology: Topology): PlannedNode {
  const state = topology.states[node.name]
  return {
    node,
    reachable: facts !== undefined,
    problems,
    ...(facts === undefined ? {} : { os: facts.os.name }),
    ...(state === undefined ? {} : { state }),
  }
}

function bySteps(steps: readonly Step[], ops: readonly Op[]): readonly PlannedStep[] {
  const titles = [
    ...steps.map(({ id, title }) => ({ id, title })),
    { id: LEFTOVERS, title: 'Take back what nothing wants any more' },
  ]
  return titles
    .map(({ id, title }) => ({ id, title, ops: ops.filter((op) => op.step === id) }))
    .filter((step) => step.ops.length > 0)
}

function forgottenCommands({ stations, plans }: PlanParts): readonly Finding[] {
  return stations.flatMap(({ node }) =>
    (plans.get(node.name)?.forgotten ?? []).map((name) => ({
      id: 'LEFTOVER',
      severity: 'warning' as const,
      node: node.name,
      message: `${name} was run on ${node.name} by an earlier apply, and nothing wants it any more`,
      fix: 'Decide by hand what should become of it.',
    })),
  )
}
