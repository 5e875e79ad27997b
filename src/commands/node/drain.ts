import { BaseCommand } from '../../cli/app/base-command.js'
import { cordonFlags, nodeArg } from '../../cli/app/flags.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { carryOut } from '../../operations/carry-out.js'
import { namedNode } from '../../operations/leaving/named-node.js'
import { loadInventory } from '../../inventory/read/load.js'
import { quote } from '../../shell.js'

export default class NodeDrain extends BaseCommand {
  static override summary = 'Give a node no new pods, and move those that it has.'
  static override description =
    'The plan names the pods that move and the disruption budgets that keep them; budgets are waited for. The node stays in the cluster: tripod node uncordon gives it new pods again.'
  static override enableJsonFlag = true
  static override args = nodeArg
  static override flags = cordonFlags
  static override examples = ['<%= config.bin %> node drain w2 --dry-run', '<%= config.bin %> node drain w2 --yes']

  async run(): Promise<PlanDocument> {
    const { args, flags } = await this.parse(NodeDrain)
    this.refuseJsonWork(flags)
    const { cluster: inventory } = await loadInventory(flags.inventory)
    const asking = { ...flags, asked: { work: `node drain ${quote(args.node)}`, skips: true } }
    const node = await namedNode(inventory, args.node, asking)
    return carryOut({ kind: 'cordon', to: 'drain', node }, flags, this.speaker(), { inventory })
  }
}
