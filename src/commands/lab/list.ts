import { BaseCommand } from '../../cli/app/base-command.js'
import { describeLabs } from '../../lab/describe.js'
import { headed } from '../../document/headed.js'
import type { LabListDocument } from '../../document/lab-documents.js'
import { list } from '../../lab/index.js'

export default class LabList extends BaseCommand {
  static override summary = 'Show the labs of this computer and the state of their machines.'
  static override enableJsonFlag = true
  static override examples = ['<%= config.bin %> lab list']

  async run(): Promise<LabListDocument> {
    await this.parse(LabList)
    const labs = await list()
    this.log(describeLabs(labs))
    return headed('lab-list', { labs })
  }
}
