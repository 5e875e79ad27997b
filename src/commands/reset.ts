import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import {
  connectionFlags,
  explainFlag,
  fullFlag,
  inventoryFlag,
  leavingFlags,
  noInputFlag,
  progressFlags,
  repeatable,
} from '../cli/app/flags.js'
import type { PlanDocument } from '../document/plan-document.js'
import { loadInventory } from '../inventory/read/load.js'
import { carryOut } from '../operations/carry-out.js'
import { chosen } from '../operations/reset/chosen.js'

export default class Reset extends BaseCommand {
  static override summary = 'Undo everything tripod did; restore the machines to their previous state.'
  static override description =
    'Without --node the whole cluster goes, and its data with it. With --node these nodes leave a cluster that goes on. Shows the ' +
    'plan and asks for the name of the cluster before anything is done.'
  static override enableJsonFlag = true
  static override flags = {
    ...inventoryFlag,
    node: repeatable('NAME', 'Only this node (repeatable).'),
    'skip-node': repeatable('NAME', 'Do not look at this node (repeatable).'),
    forget: Flags.boolean({
      dependsOn: ['node'],
      description: 'The machines are lost: clean up only what the other nodes hold of them.',
    }),
    ...leavingFlags,
    ...fullFlag,
    ...explainFlag,
    ...connectionFlags,
    ...noInputFlag,
    ...progressFlags,
  }
  static override examples = [
    '<%= config.bin %> reset -i lab.yaml --dry-run',
    '<%= config.bin %> reset -i lab.yaml --confirm lab',
    '<%= config.bin %> reset --node w2 --node w3',
    '<%= config.bin %> reset --out reset.plan.json',
  ]

  async run(): Promise<PlanDocument> {
    const { flags } = await this.parse(Reset)
    this.refuseJsonWork(flags)
    const { cluster: inventory } = await loadInventory(flags.inventory)
    const intent = chosen(inventory, flags)
    return carryOut(intent, { ...flags, node: undefined }, this.speaker(), { inventory })
  }
}
