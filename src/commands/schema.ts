import { Args } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'
import { jsonSchemaOf, SCHEMA_NAMES } from '../document/schemas.js'
import { inventoryJsonSchema } from '../inventory/schema/schema.js'

export default class Schema extends BaseCommand {
  static override summary = 'The JSON Schema of the inventory, or of what tripod writes.'
  static override description =
    'Inventory: for editors. The others: for programs that read plans, events and what --json prints.'
  static override args = {
    name: Args.option({
      options: ['inventory', ...SCHEMA_NAMES] as const,
      description: 'Which document; left out: the inventory.',
    })(),
  }
  static override examples = ['<%= config.bin %> schema > inventory.schema.json', '<%= config.bin %> schema plan']

  async run(): Promise<void> {
    const { args } = await this.parse(Schema)
    const { name = 'inventory' } = args
    const schema = name === 'inventory' ? inventoryJsonSchema() : jsonSchemaOf(name)
    this.log(JSON.stringify(schema, null, 2))
  }
}
