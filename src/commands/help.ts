import { Args, loadHelpClass } from '@oclif/core'
import { BaseCommand } from '../cli/app/base-command.js'

export default class Help extends BaseCommand {
  static override summary = 'Help for tripod or one of its commands.'
  static override args = { command: Args.string({ description: 'The command, word by word.' }) }
  static override strict = false

  async run(): Promise<void> {
    const { argv } = await this.parse(Help)
    const OclifHelp = await loadHelpClass(this.config)
    await new OclifHelp(this.config).showHelp(argv.map(String))
  }
}
