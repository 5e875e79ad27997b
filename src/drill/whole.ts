import { TripodError } from '../errors.js'
import { carriesBalancer, isMaster } from '../inventory/roles.js'
import { sh } from '../shell.js'
import { balancerGates } from '../steps/load-balancer/index.js'
import { controlPlaneGates } from '../steps/control-plane/control-plane-gates.js'
import { type Gate, whereNotZero } from '../steps/gate.js'
import type { ClusterContext } from '../steps/step.js'
import type { NextStep } from '../next-step.js'
import { askGate, type GateInput } from '../engine/apply/gates.js'
import type { Station } from '../engine/observe/station.js'

/** What keeps the VIP alive, and what a drill stops. */
const UNITS = ['haproxy.service', 'keepalived.service'] as const
export type Unit = (typeof UNITS)[number]

/** What is wrong with the cluster, a line each, and the next thing to do. */
export interface Wrong {
  readonly lines: readonly string[]
  readonly fix: NextStep
}

/** All that must hold of a cluster that loses nothing when one host goes, with how long it may take. */
function wholeGates(context: ClusterContext, deadlineSeconds: number): readonly Gate[] {
  const settled = balancerGates(context).filter(({ when }) => when !== 'before')
  const gates = [unitsRun(context), ...settled, ...controlPlaneGates(context, () => true)]
  return gates.map((gate) => ({ ...gate, deadlineSeconds }))
}

function unitsRun({ cluster, seen }: ClusterContext): Gate {
  const script = sh`
bad=0
for unit in ${UNITS}; do
  state=$(systemctl is-active "$unit") || { echo "$unit is $state"; bad=1; }
done
exit $bad`
  return {
    id: 'units-run',
    title: 'HAProxy and keepalived run on every host of the load balancer',
    when: 'after',
    questions: seen
      .filter(({ node }) => carriesBalancer(node, cluster.endpoint))
      .map(({ node }) => ({ node: node.name, script })),
    problems: whereNotZero,
    fix: 'Look at `journalctl -u haproxy -u keepalived` on that host.',
    deadlineSeconds: 0,
  }
}

/** Asks everything; where nothing is wrong, there are no lines. */
export async function whatIsWrong(context: ClusterContext, ask: GateInput, deadlineSeconds: number): Promise<Wrong> {
  const lines: string[] = []
  const fixes: NextStep[] = []
  for (const gate of wholeGates(context, deadlineSeconds)) {
    const { problems, untold } = await askGate(gate, ask)
    ask.signal.throwIfAborted()
    if (problems.length + untold.length > 0) fixes.push(gate.fix)
    lines.push(...problems, ...untold)
  }
  return { lines: [...new Set(lines)], fix: fixes[0] ?? '' }
}

/** Masters and hosts of the load balancer that could not be looked at, or whose API server does not serve. */
export function missingMembers({ cluster, topology }: ClusterContext, stations: readonly Station[]): readonly string[] {
  const members = stations.filter(({ node }) => isMaster(node) || carriesBalancer(node, cluster.endpoint))
  return members.flatMap(({ node, problems: [problem] }) => {
    if (problem !== undefined) return [problem.message]
    const state = topology.states[node.name] ?? 'unknown'
    return isMaster(node) && state !== 'control-plane-ready'
      ? [`${node.name}: its API server does not serve (${state})`]
      : []
  })
}

export function unhealthy(what: string, { lines, fix }: Wrong): TripodError {
  return new TripodError('UNHEALTHY', `${what}:\n${lines.map((line) => `  ${line}`).join('\n')}`, fix)
}
