import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import {
  connectionFlags,
  explainFlag,
  fullFlag,
  inventoryFlag,
  leavingFlags,
  noInputFlag,
  progressFlags,
} from '../../cli/app/flags.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { selectNodes } from '../../engine/plan/select.js'
import { TripodError } from '../../errors.js'
import { loadInventory } from '../../inventory/read/load.js'
import { carryOut } from '../../operations/carry-out.js'
import { namedNode } from '../../operations/leaving/named-node.js'
import { quote } from '../../shell.js'
import { next, tripod } from '../../next-step.js'

export default class NodeReplace extends BaseCommand {
  static override summary = 'Forget a machine that is lost, and let another one join in its place.'
  static override description =
    'Put the new machine into the inventory first, in the place of the old one. etcd and the API forget the old one, then everything is made ' +
    'as the inventory says, as by an apply. Asks for the name of the cluster first.'
  static override enableJsonFlag = true
  static override args = { node: Args.string({ required: true, description: 'Name of the node that is lost.' }) }
  static override flags = {
    ...inventoryFlag,
    with: Flags.string({ required: true, helpValue: 'NAME', description: 'Node of the inventory that comes.' }),
    ...leavingFlags,
    ...fullFlag,
    ...explainFlag,
    ...connectionFlags,
    ...noInputFlag,
    ...progressFlags,
  }
  static override examples = [
    '<%= config.bin %> node replace m3 --with m4 --dry-run',
    '<%= config.bin %> node replace m3 --with m4 --confirm lab',
  ]

  async run(): Promise<PlanDocument> {
    const { args, flags } = await this.parse(NodeReplace)
    this.refuseJsonWork(flags)
    const { cluster: inventory } = await loadInventory(flags.inventory)
    if (args.node === flags.with)
      throw new TripodError(
        'USAGE',
        `${args.node} cannot come in its own place`,
        next`A machine that was installed anew under its old name joins by itself: ${tripod('apply')}`,
      )
    selectNodes(inventory, { nodes: [flags.with] })
    const asked = { work: `node replace ${quote(args.node)} --with ${quote(flags.with)}` }
    const node = await namedNode(
      inventory,
      args.node,
      { ...flags, asked },
      next`Was its replacement broken off: ${tripod('apply')}`,
    )
    return carryOut({ kind: 'replace', node, by: flags.with }, flags, this.speaker(), { inventory })
  }
}
