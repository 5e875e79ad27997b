import { BaseCommand } from '../../cli/base-command.js'
import { describeLabs } from '../../lab/describe.js'
import { list, type ListedLab } from '../../lab/index.js'

export default class LabList extends BaseCommand {
  static override summary = 'Show the labs of this computer and the state of their machines.'
  static override enableJsonFlag = true
  static override examples = ['<%= config.bin %> lab list']

  async run(): Promise<readonly ListedLab[]> {
    await this.parse(LabList)
    const labs = await list()
    this.log(describeLabs(labs))
    return labs
  }
}
