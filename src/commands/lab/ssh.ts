import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { labNameFlag } from '../../cli/app/lab-flags.js'
import { session } from '../../lab/index.js'

export default class LabSsh extends BaseCommand {
  static override summary = 'Log in to a machine of the lab, or run a command there.'
  static override description = "Ends with ssh's exit code, which is that of the command."
  static override strict = false
  static override args = {
    node: Args.string({ required: true, description: 'Name of the machine.' }),
    command: Args.string({ description: 'Command and its arguments, after --.' }),
  }
  static override flags = {
    ...labNameFlag,
    user: Flags.option({ options: ['root', 'ops'] as const, default: 'root', description: 'Who to be there.' })(),
  }
  static override examples = ['<%= config.bin %> lab ssh m1', '<%= config.bin %> lab ssh m1 -- systemctl --failed']

  async run(): Promise<void> {
    const { args, argv, flags } = await this.parse(LabSsh)
    const command = argv.slice(1).map(String)
    process.exitCode = await session({ name: flags.name }, args.node, command, flags.user)
  }
}
