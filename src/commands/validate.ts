import { BaseCommand } from '../cli/app/base-command.js'
import { inventoryFlag } from '../cli/app/flags.js'
import { headed } from '../document/headed.js'
import type { ValidateDocument } from '../document/local-documents.js'
import { loadInventory } from '../inventory/read/load.js'
import { renderProblems } from '../inventory/read/problem.js'
import { summarise } from '../inventory/summary.js'

export default class Validate extends BaseCommand {
  static override summary = 'Check the inventory without touching any machine.'
  static override enableJsonFlag = true
  static override flags = { ...inventoryFlag }
  static override examples = ['<%= config.bin %> validate', '<%= config.bin %> validate -i lab.yaml']

  async run(): Promise<ValidateDocument> {
    const { flags } = await this.parse(Validate)
    const { cluster, warnings } = await loadInventory(flags.inventory)
    const summary = summarise(cluster)
    if (warnings.length > 0) this.say(renderProblems(warnings))
    this.log(`${flags.inventory} is valid: ${summary}`)
    return headed('validate', { valid: true, file: flags.inventory, summary, warnings })
  }
}
