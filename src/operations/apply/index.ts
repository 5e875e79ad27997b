import { askConsent, consentNeeded } from '../../cli/prompts/consent.js'
import { againWith } from '../../cli/session/plan-commands.js'
import { headline } from '../../cli/render/plan-headline.js'
import type { Operation } from '../operation.js'
import { concludeApply } from './conclude.js'
import type { ApplyIntent } from './intent.js'

/** The machines are to be as the inventory says. */
export const apply: Operation<ApplyIntent> = {
  verb: 'apply',
  command: () => 'apply',
  look: 'plan',
  prepare: (_, input) => input,
  consent: async (_, { yes, confirm }, { plan, asker, file, say }) => {
    // What was reviewed as a file was agreed to, but for the loss of data.
    if (file !== undefined && consentNeeded(plan) === 'yes') return
    // Nobody says yes to what went into a file: at least its sum stands above the question.
    if (file === undefined && !yes && asker !== undefined && !process.stdout.isTTY)
      say(`${headline(plan)} (all of it: stdout)`)
    await askConsent(plan, { yes, confirm, asker, again: againWith(plan, file) })
  },
  conclude: (_, done, { speaker }) => concludeApply(done, speaker),
}
