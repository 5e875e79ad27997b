import { BaseCommand } from '../cli/app/base-command.js'
import { headed } from '../document/headed.js'
import type { StepsDocument } from '../document/local-documents.js'
import { steps } from '../steps/index.js'

export default class Steps extends BaseCommand {
  static override summary = 'The steps in the order in which they are taken, and why each is there.'
  static override enableJsonFlag = true

  async run(): Promise<StepsDocument> {
    await this.parse(Steps)
    const width = Math.max(...steps.map(({ id }) => id.length))
    for (const [index, { id, title, why }] of steps.entries()) {
      this.log(`${String(index + 1).padStart(2)}. ${id.padEnd(width)}  ${title}\n    ${why}`)
    }
    return headed('steps', { steps: steps.map(({ id, title, why, rollout }) => ({ id, title, why, rollout })) })
  }
}
