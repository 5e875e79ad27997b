import { BaseCommand } from '../cli/base-command.js'
import { inventoryFlag } from '../cli/flags.js'
import { loadInventory } from '../inventory/load.js'
import { type InventoryProblem, renderProblems } from '../inventory/problem.js'
import { summarise } from '../inventory/summary.js'

interface Validated {
  readonly valid: true
  readonly file: string
  readonly summary: string
  readonly warnings: readonly InventoryProblem[]
}

export default class Validate extends BaseCommand {
  static override summary = 'Check the inventory without touching any machine.'
  static override enableJsonFlag = true
  static override flags = { ...inventoryFlag }
  static override examples = ['<%= config.bin %> validate', '<%= config.bin %> validate -i lab.yaml']

  async run(): Promise<Validated> {
    const { flags } = await this.parse(Validate)
    const { cluster, warnings } = await loadInventory(flags.inventory)
    const summary = summarise(cluster)
    if (warnings.length > 0) this.say(renderProblems(warnings))
    this.log(`${flags.inventory} is valid: ${summary}`)
    return { valid: true, file: flags.inventory, summary, warnings }
  }
}
