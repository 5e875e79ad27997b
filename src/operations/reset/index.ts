import { renderSummary } from '../../cli/text/render-summary.js'
import { looking } from '../../engine/observe/looking.js'
import { unwarned } from '../leaving/others.js'
import { proveClean } from '../leaving/proof.js'
import { confirmTakeBack, nothingToTakeBack, removedAtEnd } from '../leaving/take-back.js'
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
  closing: () => removedAtEnd('every node'),
  nothing: nothingToTakeBack,
  consent: (_, given, shown) => confirmTakeBack(given, shown),
  conclude: async (_, { session, summary }, { speaker }) => {
    await session.progress.end()
    speaker.log(renderSummary(summary, session.log.path))
  },
  prove: ({ nodes }, ended, about) => proveClean(nodes, ended, about),
}
