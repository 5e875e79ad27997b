import { confirmByName } from '../../cli/consent.js'
import { againWith } from '../../cli/plan-commands.js'
import { renderSummary } from '../../cli/render-summary.js'
import { looking } from '../../engine/looking.js'
import { unwarned } from '../leaving/others.js'
import { proveClean } from '../leaving/proof.js'
import type { Operation } from '../operation.js'
import { resetFindings } from './findings.js'
import type { ResetIntent } from './intent.js'
import { resetSteps } from './steps.js'

/** Nothing is wanted on these nodes any more, and at the end nothing is left there. */
export const reset: Operation<ResetIntent> = {
  verb: 'reset',
  command: () => 'reset',
  title: () => 'RESET OF ALL',
  prepare: (intent, input) => ({
    ...looking(input),
    cluster: unwarned(input.cluster),
    steps: resetSteps(intent, input.steps),
    checks: (context) => resetFindings(intent, context),
    leavesRecords: true,
  }),
  closing: () =>
    'At the end /var/lib/tripod (record, logs, kept originals) is removed from every node, and what is left of Kubernetes there is listed.',
  nothing: ({ nodes }) => `Nothing to take back on ${nodes.map(({ name }) => name).join(', ')}.`,
  consent: (_, { confirm }, { plan, asker, file }) =>
    confirmByName(plan, { confirm, asker, question: 'Take all of this back?', again: againWith(plan, file) }),
  conclude: async (_, { session, summary }, { speaker }) => {
    await session.progress.end()
    speaker.log(renderSummary(summary, session.log.path))
  },
  prove: ({ nodes }, ended, about) => proveClean(nodes, ended, about),
}
