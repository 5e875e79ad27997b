import { BaseCommand } from '../cli/base-command.js'
import { inventoryJsonSchema } from '../inventory/schema.js'

export default class Schema extends BaseCommand {
  static override summary = 'The JSON Schema of the inventory, for editors and other tools.'
  static override examples = ['<%= config.bin %> schema > inventory.schema.json']

  async run(): Promise<void> {
    await this.parse(Schema)
    this.log(JSON.stringify(inventoryJsonSchema(), null, 2))
  }
}
