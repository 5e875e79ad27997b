import { preflight } from '../../checks/index.js'
import { confirmByName } from '../../cli/prompts/consent.js'
import { againWith } from '../../cli/session/plan-commands.js'
import { quote } from '../../shell.js'
import { concludeApply } from '../apply/conclude.js'
import { leavingFindings } from '../leaving/findings.js'
import { leave } from '../leaving/leave.js'
import { goneLine, tellListed, without } from '../leaving/others.js'
import type { Operation } from '../operation.js'
import { replaceFindings } from './findings.js'
import type { ReplaceIntent } from './intent.js'

/** A machine that is lost is forgotten, and another one joins in its place. */
export const replace: Operation<ReplaceIntent> = {
  verb: 'replace',
  command: ({ node, by }) => `node replace ${quote(node.name)} --with ${quote(by)}`,
  about: ({ node }) => [node],
  skips: false,
  title: ({ node, by }) => `REPLACES ${node.name} BY ${by}`,
  prepare: (intent, input) => ({
    ...input,
    cluster: without(input.cluster, [intent.node.name]),
    steps: [leave({ nodes: [intent.node], gone: true }), ...input.steps],
    checks: (context) => [
      // That it is still there, and no part of the inventory, is what this is about.
      ...preflight(context).filter((finding) => finding.id !== 'P56' || finding.node !== intent.node.name),
      ...leavingFindings({ nodes: [intent.node], gone: true }, context),
      ...replaceFindings(intent, context),
    ],
  }),
  closing: ({ node }, { inventory }) => goneLine([node], inventory),
  consent: ({ node, by }, { confirm }, { plan, asker, file }) =>
    confirmByName(plan, {
      confirm,
      asker,
      question: `Forget ${node.name}, and let ${by} come in its place?`,
      again: againWith(plan, file),
    }),
  conclude: async ({ node }, done, { inventory, speaker }) => {
    tellListed([node.name], inventory, speaker)
    await concludeApply(done, speaker)
  },
}
