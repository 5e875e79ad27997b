import { askConsent } from '../../cli/prompts/consent.js'
import { againWith } from '../../cli/session/plan-commands.js'
import { renderSummary } from '../../cli/text/render-summary.js'
import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import { looking } from '../../engine/observe/looking.js'
import type { Node } from '../../inventory/cluster.js'
import { next, tripod } from '../../next-step.js'
import { quote } from '../../shell.js'
import type { RunInput } from '../../engine/run-types.js'
import type { Operation } from '../operation.js'
import type { CordonIntent } from './intent.js'
import { cordonStep, speaksFor } from './step.js'
import { isMaster } from '../../inventory/roles.js'

const DONE: Readonly<Record<CordonIntent['to'], string>> = {
  cordon: 'gets no new pods already',
  uncordon: 'gets new pods already',
  drain: 'gets no new pods and has none to move already',
}

/** One node gets no new pods, moves those that it has, or gets new ones again. Only control-plane nodes are looked at. */
export const cordon: Operation<CordonIntent> = {
  verb: 'cordon',
  command: ({ to, node }) => `node ${to} ${quote(node.name)}`,
  about: ({ node }) => [node],
  title: ({ to, node }) => `${to.toUpperCase()}S ${node.name}`,
  prepare: (intent, input) => ({
    ...looking(input),
    cluster: { ...input.cluster, nodes: input.cluster.nodes.filter((node) => isAsked(node, intent)), warnings: [] },
    selectors: withoutWorkers(input),
    steps: [cordonStep(intent)],
    checks: serves,
    leavesRecords: true,
  }),
  nothing: ({ to, node }) => `No changes. ${node.name} ${DONE[to]}.`,
  consent: (_, { yes }, { plan, asker, file }) =>
    file === undefined ? askConsent(plan, { yes, asker, again: againWith(plan, file) }) : Promise.resolve(),
  conclude: async (_, { session, summary }, { speaker }) => {
    await session.progress.end()
    speaker.log(renderSummary(summary, session.log.path))
  },
}

/** A machine that keeps its name tells it itself. */
function isAsked(node: Node, intent: CordonIntent): boolean {
  return isMaster(node) || (node.hostName === 'keep' && node.name === intent.node.name)
}

/** Workers are not looked at in any case. */
function withoutWorkers({ cluster, selectors }: RunInput): RunInput['selectors'] {
  const masters = cluster.nodes.filter(isMaster).map(({ name }) => name)
  const skipNodes = selectors.skipNodes?.filter((name) => masters.includes(name)) ?? []
  return { ...(selectors.steps && { steps: selectors.steps }), ...(skipNodes.length > 0 && { skipNodes }) }
}

/** Without one that serves, nothing is planned: that is no "No changes". */
function serves({ cluster, topology }: CheckContext): readonly Finding[] {
  if (speaksFor(topology) !== undefined) return []
  const message = `no control-plane node of ${cluster.name} serves: nothing tells the scheduler`
  return [{ id: 'P66', severity: 'fatal', message, fix: next`Bring one back first: ${tripod('status')}` }]
}
