import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { labNameFlag } from '../../cli/app/lab-flags.js'
import { headed } from '../../document/headed.js'
import type { LabDownDocument } from '../../document/lab-documents.js'
import { cacheDirectory, down, purgeCache } from '../../lab/index.js'

export default class LabDown extends BaseCommand {
  static override summary = 'Take a lab away without trace, also one that is half made or crashed.'
  static override enableJsonFlag = true
  static override flags = {
    ...labNameFlag,
    purge: Flags.boolean({ description: 'Remove the cached base trees too.' }),
  }
  static override examples = ['<%= config.bin %> lab down', '<%= config.bin %> lab down --name trixie --purge']

  async run(): Promise<LabDownDocument> {
    const { flags } = await this.parse(LabDown)
    const removed = await down(flags.name)
    if (flags.purge) await purgeCache()
    const kept = flags.purge ? '' : ` The base trees stay in ${cacheDirectory()}; --purge removes them.`
    this.log(
      removed
        ? `Lab ${flags.name} is gone.${kept}`
        : `There is no lab ${flags.name}; nothing to remove. What stands: tripod lab list`,
    )
    return headed('lab-down', { name: flags.name, removed })
  }
}
