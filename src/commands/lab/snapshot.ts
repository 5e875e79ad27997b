import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { headed } from '../../document/headed.js'
import type { LabSnapshotDocument } from '../../document/lab-documents.js'
import { labNameFlag } from '../../cli/app/lab-flags.js'
import { snapshot } from '../../lab/index.js'

export default class LabSnapshotTaken extends BaseCommand {
  static override summary = 'Keep the state all machines of a lab are in, to come back to it.'
  static override description =
    'Cuts the power of all machines at once, keeps what they wrote, and boots those that ran. `tripod lab list` shows what was kept; `tripod lab down` removes it.'
  static override enableJsonFlag = true
  static override args = { snapshot: Args.string({ required: true, description: 'Name for the snapshot.' }) }
  static override flags = { ...labNameFlag }
  static override examples = [
    '<%= config.bin %> lab snapshot fresh',
    '<%= config.bin %> lab snapshot cluster --name trixie',
  ]

  async run(): Promise<LabSnapshotDocument> {
    const { args, flags } = await this.parse(LabSnapshotTaken)
    const taken = await snapshot(flags.name, args.snapshot, (line) => {
      this.say(line)
    })
    const named = flags.name === 'lab' ? '' : ` --name ${flags.name}`
    this.log(
      `Snapshot ${taken.name} of lab ${flags.name} is taken.\nBack to it: tripod lab restore ${taken.name}${named}`,
    )
    const { name, takenAt } = taken
    return headed('lab-snapshot', { snapshot: { name, takenAt } })
  }
}
