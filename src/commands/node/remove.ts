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
  repeatable,
} from '../../cli/app/flags.js'
import type { PlanDocument } from '../../document/plan-document.js'
import { loadInventory } from '../../inventory/read/load.js'
import { TripodError } from '../../errors.js'
import type { Cluster } from '../../inventory/cluster.js'
import { quote } from '../../shell.js'
import { carryOut } from '../../operations/carry-out.js'
import { asItsMachineIs, namedNode } from '../../operations/leaving/named-node.js'
import type { NodeRef } from '../../operations/node-ref.js'
import { next, tripod } from '../../next-step.js'

const BROKEN_OFF =
  'Was its removal broken off: name it in the inventory again, with its address and roles, run the same command, and take it out again'

/** A machine that is not looked at would live on outside of the cluster, with all that it has. */
function refuseToSkip(name: string, flags: { readonly 'skip-node'?: readonly string[] | undefined }): void {
  if (flags['skip-node']?.includes(name) !== true) return
  const hint = `Does its machine not answer any more: --forget instead of --skip-node ${quote(name)}`
  throw new TripodError('USAGE', `${name} is to be put back to what it was, and not to be looked at`, hint)
}

function refuseWithoutAddress({ name, address }: NodeRef, { inventoryPath }: Cluster): void {
  if (address !== '') return
  throw new TripodError(
    'UNKNOWN_NODE',
    `the cluster does not tell the address of ${name}`,
    next`Name it in ${inventoryPath} again, and run the same command; is its machine gone: ${tripod('node remove', name, '--forget')}`,
  )
}

export default class NodeRemove extends BaseCommand {
  static override summary = 'Take a node out of a cluster that goes on, and put its machine back to what it was.'
  static override description =
    'Traffic to it stops, its pods are drained (PodDisruptionBudgets are respected), it leaves etcd and the API, and what tripod ' +
    'did to the machine is undone. The inventory may already leave it out. Asks for the cluster name first.'
  static override enableJsonFlag = true
  static override args = { node: Args.string({ required: true, description: 'Name of the node.' }) }
  static override flags = {
    ...inventoryFlag,
    forget: Flags.boolean({
      default: false,
      description: 'The machine is lost: clean up only what the other nodes hold of it.',
    }),
    'skip-node': repeatable('NAME', 'Do not look at this other node (repeatable).'),
    ...leavingFlags,
    ...fullFlag,
    ...explainFlag,
    ...connectionFlags,
    ...noInputFlag,
    ...progressFlags,
  }
  static override examples = [
    '<%= config.bin %> node remove w2 --dry-run',
    '<%= config.bin %> node remove w2 --confirm lab',
    '<%= config.bin %> node remove m3 --forget',
  ]

  async run(): Promise<PlanDocument> {
    const { args, flags } = await this.parse(NodeRemove)
    this.refuseJsonWork(flags)
    const { cluster: inventory } = await loadInventory(flags.inventory)
    refuseToSkip(args.node, flags)
    const asking = { ...flags, asked: { work: `node remove ${quote(args.node)}`, skips: true } }
    const found = await namedNode(inventory, args.node, asking, BROKEN_OFF)
    if (!flags.forget) refuseWithoutAddress(found, inventory)
    const node = flags.forget ? found : await asItsMachineIs(inventory, found, asking)
    return carryOut({ kind: 'remove', nodes: [node], gone: flags.forget }, flags, this.speaker(), { inventory })
  }
}
