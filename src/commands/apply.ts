import { Args, Flags } from '@oclif/core'
import { admitPlan, refuseOtherTarget } from '../cli/saved-plan/admit-plan.js'
import { BaseCommand } from '../cli/app/base-command.js'
import { consentFlags, explainFlag, fullFlag, leavingFlags, targetFlags } from '../cli/app/flags.js'
import { openPlan } from '../cli/saved-plan/saved-plan.js'
import type { PlanDocument } from '../document/plan-document.js'
import { carryOut, type WorkFlags } from '../operations/carry-out.js'

export default class Apply extends BaseCommand {
  static override summary = 'Show the plan, ask, carry it out, and check that the nodes are as planned.'
  static override enableJsonFlag = true
  static override args = {
    plan: Args.string({
      description: 'A plan that was saved with --out: carried out as it was reviewed.',
    }),
  }
  static override flags = {
    ...targetFlags,
    'dry-run': leavingFlags['dry-run'],
    ...consentFlags,
    ...fullFlag,
    ...explainFlag,
    events: Flags.string({
      helpValue: 'FILE',
      description: 'Append what happens to this file, one line of JSON each (`tripod schema events`).',
    }),
  }
  static override examples = [
    '<%= config.bin %> apply -i lab.yaml',
    '<%= config.bin %> apply --yes --node m1',
    '<%= config.bin %> apply lab.plan.json',
    '<%= config.bin %> apply --dry-run --json',
  ]

  async run(): Promise<PlanDocument> {
    const { args, flags, metadata } = await this.parse(Apply)
    this.refuseJsonWork(flags)
    const speaker = this.speaker()
    if (args.plan === undefined) return carryOut({ kind: 'apply' }, flags, speaker)
    const saved = await openPlan(args.plan)
    const isGiven =
      metadata.flags['inventory']?.setFromDefault !== true && process.env['TRIPOD_INVENTORY'] === undefined
    refuseOtherTarget(saved, { ...flags, inventory: isGiven ? flags.inventory : undefined })
    const admission = { file: args.plan, now: new Date(), version: this.config.version }
    const inventory = await admitPlan(saved, admission)
    const target = { ...flags, ...targetOf(saved) }
    return carryOut(saved.intent, target, speaker, { inventory, saved: { saved, file: args.plan } })
  }
}

/** The plan's own inventory and selectors, as if they had been given. */
function targetOf({ cluster, selectors }: PlanDocument): Pick<WorkFlags, 'inventory' | 'node' | 'skip-node' | 'step'> {
  const { nodes, skipNodes, steps } = selectors
  return { inventory: cluster.inventoryPath, node: nodes, 'skip-node': skipNodes, step: steps }
}
