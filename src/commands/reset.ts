import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { connectionFlags, fullFlag, inventoryFlag, noInputFlag, progressFlags, repeatable } from '../cli/flags.js'
import { takeBack } from '../cli/take-back.js'

export default class Reset extends BaseCommand {
  static override summary = 'Take back what was done: the machines are as they were before tripod.'
  static override description =
    'Without --node the whole cluster goes, and its data with it. With --node these nodes leave a cluster that goes on. Shows the ' +
    'plan and asks for the name of the cluster before anything is done.'
  static override flags = {
    ...inventoryFlag,
    node: repeatable('NAME', 'Only this node (repeatable).'),
    'skip-node': repeatable('NAME', 'Do not look at this node (repeatable).'),
    forget: Flags.boolean({
      dependsOn: ['node'],
      description: 'The nodes are gone: only what the others hold of them is taken back.',
    }),
    'dry-run': Flags.boolean({ description: 'Show the plan and end.' }),
    confirm: Flags.string({ helpValue: 'CLUSTER', description: 'Name of the cluster, instead of being asked for it.' }),
    ...fullFlag,
    ...connectionFlags,
    ...noInputFlag,
    ...progressFlags,
  }
  static override examples = [
    '<%= config.bin %> reset -i lab.yaml --dry-run',
    '<%= config.bin %> reset -i lab.yaml --confirm lab',
    '<%= config.bin %> reset --node w2',
    '<%= config.bin %> reset --node m3 --forget',
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(Reset)
    const speaker = { config: this.config, log: this.log.bind(this), say: this.say.bind(this) }
    await takeBack({ ...flags, nodes: flags.node }, speaker)
  }
}
