import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { headed } from '../../document/headed.js'
import type { LabRestoreDocument } from '../../document/lab-documents.js'
import { labNameFlag } from '../../cli/app/lab-flags.js'
import { restore } from '../../lab/index.js'

export default class LabRestore extends BaseCommand {
  static override summary = 'Put all machines of a lab back to a snapshot, in seconds.'
  static override description =
    'What they wrote since is lost. Machines that were off are on afterwards, and faults are healed. Safe to run again after it was interrupted.'
  static override enableJsonFlag = true
  static override args = { snapshot: Args.string({ required: true, description: 'Name of the snapshot.' }) }
  static override flags = { ...labNameFlag }
  static override examples = [
    '<%= config.bin %> lab restore fresh',
    '<%= config.bin %> lab restore cluster --name trixie',
  ]

  async run(): Promise<LabRestoreDocument> {
    const { args, flags } = await this.parse(LabRestore)
    const lab = await restore(flags.name, args.snapshot, (line) => {
      this.say(line)
    })
    this.log(`Lab ${lab.name} is back at snapshot ${args.snapshot}: ${lab.nodes.map((node) => node.name).join(' ')}`)
    return headed('lab-restore', { lab })
  }
}
