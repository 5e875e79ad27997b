import { renderSummary } from '../../cli/text/render-summary.js'
import { looking } from '../../engine/observe/looking.js'
import { verifyCluster } from '../../engine/apply/verify.js'
import { nodeList } from '../../inventory/node-list.js'
import { quote } from '../../shell.js'
import { tellHealth } from '../apply/health.js'
import { leavingFindings } from '../leaving/findings.js'
import { goneLine, tellListed, unwarned, without } from '../leaving/others.js'
import { proveClean } from '../leaving/proof.js'
import { confirmTakeBack, nothingToTakeBack, removedAtEnd } from '../leaving/take-back.js'
import type { Operation } from '../operation.js'
import type { RemoveIntent } from './intent.js'
import { removeSteps } from './steps.js'

const namesOf = ({ nodes }: RemoveIntent): readonly string[] => nodes.map(({ name }) => name)

/** Nodes leave a cluster that goes on; nothing is wanted on them any more. */
export const remove: Operation<RemoveIntent> = {
  verb: 'reset',
  command: (intent) => {
    const names = namesOf(intent).map(quote)
    const which =
      names.length === 1 ? `node remove ${names.join('')}` : `reset${names.map((name) => ` --node ${name}`).join('')}`
    return intent.gone ? `${which} --forget` : which
  },
  title: (intent) => `REMOVES ${nodeList(namesOf(intent))}`,
  guests: ({ nodes, gone }) => (gone ? [] : nodes),
  about: ({ nodes }) => nodes,
  prepare: (intent, input) => ({
    ...looking(input),
    cluster: unwarned(intent.gone ? without(input.cluster, namesOf(intent)) : input.cluster),
    steps: removeSteps(intent, input.steps),
    checks: (context) => leavingFindings(intent, context),
    leavesRecords: true,
  }),
  closing: (intent, { inventory }) =>
    intent.gone ? goneLine(intent.nodes, inventory) : removedAtEnd(nodeList(namesOf(intent))),
  nothing: nothingToTakeBack,
  consent: (_, given, shown) => confirmTakeBack(given, shown),
  conclude: async (intent, { session, summary }, { inventory, speaker }) => {
    await session.progress.end()
    speaker.log(renderSummary(summary, session.log.path))
    tellListed(namesOf(intent), inventory, speaker)
  },
  prove: async (intent, ended, about) => {
    const { input, shown, isDone } = ended
    if (!intent.gone) await proveClean(intent.nodes, ended, about)
    if (isDone && shown.complete)
      tellHealth(await verifyCluster({ ...input, cluster: without(input.cluster, namesOf(intent)) }), about.speaker)
  },
}
