import { preflight } from '../checks/index.js'
import { replaceFindings } from '../checks/replace.js'
import { resetFindings } from '../checks/reset.js'
import type { ReplaceIntent } from '../steps/intent.js'
import { stepsFor } from '../steps/reset.js'
import { concludeApply } from './apply-errand.js'
import { confirmByName } from './consent.js'
import type { Errand } from './errand.js'
import { againWith } from './intent-words.js'
import { goneLine, type LeavingFlags, tellListed, without } from './reset-errand.js'

/** A machine that is lost is forgotten, and another one joins in its place. */
export function replaceErrand(intent: ReplaceIntent, { confirm, inventory }: LeavingFlags): Errand {
  const { node, by } = intent
  return {
    intent,
    verb: 'replace',
    prepare: (input) => ({
      ...input,
      cluster: without(input.cluster, [node.name]),
      steps: stepsFor(intent, input.steps),
      checks: (context) => [
        // That it is still there, and no part of the inventory, is what this is about.
        ...preflight(context).filter((finding) => finding.id !== 'UNLISTED' || finding.node !== node.name),
        ...resetFindings({ nodes: [node], whole: false, gone: true }, context),
        ...replaceFindings(intent, context),
      ],
    }),
    closing: () => goneLine([node], inventory),
    consent: (shown, { asker }, file) =>
      confirmByName(shown, {
        confirm,
        asker,
        question: `Forget ${node.name}, and let ${by} come in its place?`,
        again: againWith(shown, file),
      }),
    conclude: async (done, speaker) => {
      tellListed([node.name], inventory, speaker)
      await concludeApply(done, speaker)
    },
  }
}
