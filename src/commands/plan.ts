import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import { paintFor } from '../cli/render/colour.js'
import { detailFlags, targetFlags } from '../cli/app/flags.js'
import { parseOs } from '../cli/app/parse-os.js'
import { imprintOf } from '../cli/saved-plan/imprint.js'
import { nextCommand, savedLine } from '../cli/render/plan-closing.js'
import { openInventory, tellWarnings } from '../cli/session/open-inventory.js'
import { refusalOf } from '../cli/saved-plan/refusal.js'
import { isNoOp, renderPlan } from '../cli/text/render-plan.js'
import { savePlan } from '../cli/saved-plan/saved-plan.js'
import { selectorsOf } from '../cli/app/selectors.js'
import { withSession } from '../cli/session/session.js'
import { type AskedCommand, wordingOf } from '../cli/session/wording.js'
import { documentOf } from '../document/document-of.js'
import type { PlanDocument } from '../document/plan-document.js'
import type { Plan } from '../engine/plan/plan-types.js'
import { openRun, planOffline } from '../engine/run.js'
import { unfetched } from '../manifests/sets.js'
import type { Wording } from '../next-step.js'
import { Redactor } from '../secret.js'
import { steps } from '../steps/index.js'

const ASKED: AskedCommand = { work: 'apply', look: 'plan', skips: true }

interface ShowFlags {
  readonly full: boolean
  readonly explain: boolean
  readonly out?: string | undefined
  readonly 'detailed-exitcode': boolean
}

export default class PlanCommand extends BaseCommand {
  static override summary = 'Look at every node and show exactly what apply would change. Changes nothing.'
  static override enableJsonFlag = true
  static override flags = {
    ...targetFlags,
    ...detailFlags,
    out: Flags.string({
      helpValue: 'FILE',
      description: 'Save the plan, to be shown (`tripod show`) and applied (`tripod apply FILE`) as it is.',
    }),
    offline: Flags.boolean({ description: 'Without connecting: for machines assumed to be fresh.' }),
    os: Flags.string({
      description: 'With --offline: the operating system to assume.',
      helpValue: 'debian12',
      dependsOn: ['offline'],
    }),
  }
  static override examples = [
    '<%= config.bin %> plan -i lab.yaml',
    '<%= config.bin %> plan --node m1 --step kernel --full',
    '<%= config.bin %> plan --offline --os debian12',
    '<%= config.bin %> plan --out lab.plan.json',
  ]

  async run(): Promise<PlanDocument> {
    const { flags } = await this.parse(PlanCommand)
    if (flags.offline) {
      const os = flags.os === undefined ? {} : { os: parseOs(flags.os) }
      const cluster = await openInventory(flags.inventory, 'plan')
      const plan = planOffline({ cluster, steps, selectors: selectorsOf(flags), manifests: unfetched(cluster), ...os })
      return this.show(plan, flags, { redact: (text) => new Redactor().redact(text), wording: wordingOf(flags, ASKED) })
    }
    return withSession('plan', { ...flags, asked: ASKED }, async ({ input, log, wording }) => {
      const run = await openRun(input)
      await run.close()
      return this.show(run.plan, flags, { redact: log.redact, wording })
    })
  }

  /** What cannot be applied is shown and saved all the same: it tells what stands in the way. */
  private async show(
    plan: Plan,
    flags: ShowFlags,
    { redact, wording }: { readonly redact: (text: string) => string; readonly wording: Wording },
  ): Promise<PlanDocument> {
    const shown = documentOf(plan, { ...imprintOf(this.config), wording }, redact)
    const { full, explain, out } = flags
    if (out !== undefined) await savePlan(out, shown)
    if (shown.ops.length === 0) tellWarnings(plan.cluster.warnings, this.speaker().say)
    const next = isNoOp(shown) ? undefined : nextCommand(shown)
    const closing = out === undefined ? next : savedLine(shown, out)
    this.log(redact(renderPlan(shown, { paint: paintFor(process.stdout), full, explain, closing })))
    if (closing !== undefined && this.jsonEnabled()) this.say(closing)
    this.refuse(refusalOf(plan))
    if (flags['detailed-exitcode'] && !isNoOp(shown)) process.exitCode ??= 2
    return shown
  }
}
