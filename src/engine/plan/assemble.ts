import type { Finding } from '../../checks/finding.js'
import type { Facts, RecordEntry } from '../../facts/facts.js'
import type { Host } from '../../host/host.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { ClusterContext, Step } from '../../steps/step.js'
import type { Gate } from '../../steps/gate.js'
import type { Seen } from '../../topology.js'
import { LEFTOVERS, type NodePlan } from './plan-node.js'
import type { Op, Plan, PlannedNode, PlannedStep, Selectors } from './plan-types.js'
import { isComplete } from './select.js'
import type { Station } from '../observe/station.js'
import { summarise } from '../apply/summary.js'

export interface PlanParts {
  readonly cluster: Cluster
  readonly intent?: Plan['intent'] | undefined
  readonly mode: Plan['mode']
  readonly steps: readonly Step[]
  readonly selectors: Selectors
  readonly stations: readonly Station[]
  readonly context: ClusterContext
  readonly findings: readonly Finding[]
  readonly plans: ReadonlyMap<string, NodePlan>
  readonly seconds: number
  readonly assumptions?: readonly string[]
}

/** Puts what was found on all nodes into the one plan: ops by step, then node in inventory order, then resource. */
export function assemble(parts: PlanParts): Plan {
  const nodePlans = parts.stations.flatMap(({ node }) => parts.plans.get(node.name) ?? [])
  const ops = nodePlans.flatMap((plan) => plan.changes.map((change) => change.op))
  const unknown = nodePlans.flatMap((plan) => plan.unknown)
  // Where nothing is to be done, nothing is to be approved: the command says them beside it.
  const warnings = ops.length === 0 ? [] : inventoryWarnings(parts)
  const findings = [...warnings, ...parts.findings, ...forgottenCommands(parts)]
  const nodes = parts.stations.map((station) => plannedNode(station, parts.context))
  const readable = nodes.every((node) => node.problems.length === 0) && unknown.length === 0
  const caHash = caHashOf(parts.context)
  return {
    cluster: parts.cluster,
    ...(parts.intent && { intent: parts.intent }),
    ...(caHash === undefined ? {} : { caHash }),
    mode: parts.mode,
    complete: isComplete(parts.selectors),
    applyable: parts.mode === 'online' && readable && findings.every((finding) => finding.severity !== 'fatal'),
    selectors: parts.selectors,
    nodes,
    steps: bySteps(parts, ops),
    unknown,
    findings,
    ...(parts.assumptions && { assumptions: parts.assumptions }),
    summary: summarise(ops, nodes),
    seconds: parts.seconds,
  }
}

/** As joins pin it: of the cluster that is there, else of the authorities that it will be begun with. */
function caHashOf({ authorities, topology }: ClusterContext): string | undefined {
  return authorities?.caHash ?? (topology.caHash === undefined ? undefined : `sha256:${topology.caHash}`)
}

/** A node as a reader of the plan meets it. */
export function plannedNode({ node, host, facts, problems }: Station, { topology }: ClusterContext): PlannedNode {
  const state = topology.states[node.name]
  return {
    node,
    reachable: facts !== undefined,
    problems,
    ...(facts === undefined ? {} : { os: facts.os.name }),
    ...(host === undefined || facts === undefined ? {} : identityOf(host, facts)),
    ...(state === undefined ? {} : { state }),
  }
}

/** Which machine it is: an address may be another one's tomorrow. */
function identityOf({ hostKey }: Host, { identity: { machineId, bootId } }: Facts) {
  return { hostKey, machineId, bootId }
}

function bySteps({ steps, context }: PlanParts, ops: readonly Op[]): readonly PlannedStep[] {
  const all = [
    ...steps.map(({ id, title, why, rollout, gates, cleanup }) => ({
      id,
      title,
      why,
      rollout,
      gates: (gates?.(context) ?? []).map(gateLine),
      atEnd: (cleanup?.(context) ?? []).map(({ title }) => title),
    })),
    {
      id: LEFTOVERS,
      title: 'Take back what nothing wants any more',
      why: 'An earlier apply made it, and the inventory as it is now wants none of it.',
      rollout: 'parallel' as const,
      gates: [],
      atEnd: [],
    },
  ]
  return all
    .map(({ gates, atEnd, ...step }) => ({
      ...step,
      ops: ops.filter((op) => op.step === step.id),
      ...(gates.length === 0 ? {} : { gates }),
      ...(atEnd.length === 0 ? {} : { atEnd }),
    }))
    .filter((step) => step.ops.length > 0)
}

const MOMENTS: Readonly<Record<Gate['when'], string>> = {
  before: 'first',
  'after-node': 'after each node',
  after: 'at the end',
}

function gateLine({ when, check, title }: Gate): string {
  return `${MOMENTS[when]}: ${title}${check === undefined ? '' : ` (${check})`}`
}

/** Whoever reads or reviews the plan has to know them, also from a file. */
function inventoryWarnings({ cluster }: PlanParts): readonly Finding[] {
  return (cluster.warnings ?? []).map(({ code = 'P01', file, line, message, fix }) => ({
    id: code,
    severity: 'warning',
    message: `${file}:${line}: ${message}`,
    fix,
  }))
}

/** Commands that nothing wants any more, in the words of the step that ran them. */
function forgottenCommands({ stations, plans, steps }: PlanParts): readonly Finding[] {
  return stations.flatMap(({ node, facts }) =>
    (plans.get(node.name)?.forgotten ?? []).flatMap((name): readonly Finding[] => {
      const said = facts && sayingOf(steps, facts.record.entries[`command:${name}`])?.(name, { node, facts })
      if (said === 'nothing') return []
      return [{ id: 'P65', severity: 'warning', node: node.name, ...(said ?? undecided(name, node.name)) }]
    }),
  )
}

type Saying = (id: string, seen: Seen) => Pick<Finding, 'message' | 'fix'> | 'nothing'

function sayingOf(steps: readonly Step[], entry: RecordEntry | undefined): Saying | undefined {
  const { outlived } = steps.map((step) => step.takesBack?.step ?? step).find(({ id }) => id === entry?.step) ?? {}
  return outlived && ((id, seen) => outlived(id, seen) ?? 'nothing')
}

function undecided(command: string, node: string): Pick<Finding, 'message' | 'fix'> {
  return {
    message: `${command} was run on ${node} by an earlier apply, and nothing wants it any more`,
    fix: 'Decide by hand what should become of it.',
  }
}
