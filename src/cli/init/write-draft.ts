import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errnoOf, messageOf, TripodError } from '../../errors.js'
import { inventoryJsonSchema } from '../../inventory/schema/schema.js'

/** Where the first line of a new inventory tells editors to look for its schema. */
const SCHEMA = 'inventory.schema.json'

/**
 * Writes the inventory, whole or not at all, and beside it the schema that editors complete it by, unless one is there. Throws
 * USAGE where the file cannot be written.
 */
export async function writeDraft(path: string, text: string): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic')
  await writeFileAtomic(path, text).catch((error: unknown) => {
    const what = `${path} cannot be written: ${messageOf(error)}`
    throw new TripodError('USAGE', what, 'Choose another place with -i FILE', { cause: error })
  })
  const schema = `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`
  await writeFile(join(dirname(path), SCHEMA), schema, { flag: 'wx' }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error
  })
}
