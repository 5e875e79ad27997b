import { BaseCommand } from '../../cli/app/base-command.js'
import { cordonFlags, nodeArg } from '../../cli/app/flags.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { carryOut } from '../../operations/carry-out.js'
import { namedNode } from '../../operations/leaving/named-node.js'
import { loadInventory } from '../../inventory/read/load.js'
import { quote } from '../../shell.js'

export default class NodeCordon extends BaseCommand {
  static override summary = 'Give a node no new pods.'
  static override description =
    'Pods that it has stay. The node itself is not asked: kubectl does it through a control-plane node.'
  static override enableJsonFlag = true
  static override args = nodeArg
  static override flags = cordonFlags
  static override examples = ['<%= config.bin %> node cordon w2 --dry-run', '<%= config.bin %> node cordon w2 --yes']

  async run(): Promise<PlanDocument> {
    const { args, flags } = await this.parse(NodeCordon)
    this.refuseJsonWork(flags)
    const { cluster: inventory } = await loadInventory(flags.inventory)
    const asking = { ...flags, asked: { work: `node cordon ${quote(args.node)}`, skips: true } }
    const node = await namedNode(inventory, args.node, asking)
    return carryOut({ kind: 'cordon', to: 'cordon', node }, flags, this.speaker(), { inventory })
  }
}
