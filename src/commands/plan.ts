import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { paintFor } from '../cli/colour.js'
import { detailFlags, targetFlags } from '../cli/flags.js'
import { parseOs } from '../cli/parse-os.js'
import { imprintOf } from '../cli/imprint.js'
import { openInventory } from '../cli/open-inventory.js'
import { refusalOf } from '../cli/refusal.js'
import { isNoOp, renderPlan } from '../cli/render-plan.js'
import { selectorsOf } from '../cli/selectors.js'
import { withSession } from '../cli/session.js'
import { documentOf } from '../document/document-of.js'
import type { Plan } from '../engine/plan-types.js'
import { openRun, planOffline } from '../engine/run.js'
import { unfetched } from '../manifests/sets.js'
import { Redactor } from '../secret.js'
import { steps } from '../steps/index.js'

export default class PlanCommand extends BaseCommand {
  static override summary = 'Look at every node and show exactly what apply would change. Changes nothing.'
  static override flags = {
    ...targetFlags,
    ...detailFlags,
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
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(PlanCommand)
    const show = (plan: Plan, redact: (text: string) => string): void => {
      const shown = documentOf(plan, imprintOf(this.config), redact)
      this.log(redact(renderPlan(shown, { paint: paintFor(process.stdout), full: flags.full, verb: 'plan' })))
      const refusal = refusalOf(plan)
      if (refusal !== undefined) throw refusal
      if (flags['detailed-exitcode'] && !isNoOp(shown)) process.exitCode = 2
    }
    if (flags.offline) {
      const os = flags.os === undefined ? {} : { os: parseOs(flags.os) }
      const cluster = await openInventory(flags.inventory)
      show(
        planOffline({ cluster, steps, selectors: selectorsOf(flags), manifests: unfetched(cluster), ...os }),
        (text) => new Redactor().redact(text),
      )
      return
    }
    await withSession('plan', flags, async ({ input, log }) => {
      const run = await openRun(input)
      await run.close()
      show(run.plan, log.redact)
    })
  }
}
