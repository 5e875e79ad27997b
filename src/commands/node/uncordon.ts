import { BaseCommand } from '../../cli/app/base-command.js'
import { cordonFlags, nodeArg } from '../../cli/app/flags.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { carryOut } from '../../operations/carry-out.js'
import { namedNode } from '../../operations/leaving/named-node.js'
import { loadInventory } from '../../inventory/read/load.js'
import { quote } from '../../shell.js'

export default class NodeUncordon extends BaseCommand {
  static override summary = 'Give a node new pods again.'
  static override description =
    'Pods that moved away stay where they are. The node itself is not asked: kubectl does it through a control-plane node.'
  static override enableJsonFlag = true
  static override args = nodeArg
  static override flags = cordonFlags
  static override examples = [
    '<%= config.bin %> node uncordon w2 --dry-run',
    '<%= config.bin %> node uncordon w2 --yes',
  ]

  async run(): Promise<PlanDocument> {
    const { args, flags } = await this.parse(NodeUncordon)
    this.refuseJsonWork(flags)
    const { cluster: inventory } = await loadInventory(flags.inventory)
    const asking = { ...flags, asked: { work: `node uncordon ${quote(args.node)}`, skips: true } }
    const node = await namedNode(inventory, args.node, asking)
    return carryOut({ kind: 'cordon', to: 'uncordon', node }, flags, this.speaker(), { inventory })
  }
}
