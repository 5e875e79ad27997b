import { Flags } from '@oclif/core'
import { type Asker, ONLY_YES } from '../cli/prompts/asker.js'
import { BaseCommand } from '../cli/app/base-command.js'
import { paintFor } from '../cli/render/colour.js'
import { escapeLine } from '../cli/render/escape.js'
import { connectionFlags, inventoryFlag, noInputFlag, progressFlags } from '../cli/app/flags.js'
import { redactDocument } from '../cli/run-log/redact-document.js'
import { renderDrill, renderWatch } from '../cli/text/render-drill.js'
import { type Session, withSession } from '../cli/session/session.js'
import type { DrillDocument } from '../document/drill-document.js'
import { headed } from '../document/headed.js'
import { type Drill, openDrill } from '../drill/drill.js'
import { watchEndpoint } from '../drill/watch.js'
import { TripodError } from '../errors.js'
import { quote } from '../shell.js'

/** So that all its answers fit into what is read of one command. */
const LONGEST_WATCH_SECONDS = 1800

export default class HaDrill extends BaseCommand {
  static override summary = 'Move the VIP on purpose, and measure for how long the API was gone.'
  static override description =
    'Stops keepalived on the host that has the VIP, then HAProxy on the one that took it over: one at a time, each started again ' +
    'at once, by the host itself after 60 s if tripod cannot come back. Refuses when a member is down already. A node asks the ' +
    'API through the VIP every 100 ms. With --watch it only measures while you break something.'
  static override enableJsonFlag = true
  static override flags = {
    ...inventoryFlag,
    watch: Flags.integer({
      min: 1,
      max: LONGEST_WATCH_SECONDS,
      helpValue: 'SECONDS',
      description: 'Stop nothing; only measure for so long.',
      exclusive: ['yes'],
    }),
    yes: Flags.boolean({ char: 'y', description: 'Begin without asking (automation).' }),
    ...connectionFlags,
    ...noInputFlag,
    ...progressFlags,
  }
  static override examples = [
    '<%= config.bin %> ha-drill',
    '<%= config.bin %> ha-drill --yes --json',
    '<%= config.bin %> ha-drill --watch 60',
  ]

  async run(): Promise<DrillDocument> {
    const { flags } = await this.parse(HaDrill)
    return withSession('ha-drill', flags, (session) =>
      flags.watch === undefined ? this.drill(session, flags.yes) : this.watch(session, flags.watch),
    )
  }

  private async drill({ input, asker, log }: Session, yes: boolean): Promise<DrillDocument> {
    const drill = await openDrill(input)
    try {
      await agreed(drill, input.cluster.inventoryPath, { yes, asker })
      const faults = await drill.run()
      this.log(log.redact(renderDrill(drill.vip, faults, paintFor(process.stdout))))
      return redactDocument(headed('ha-drill', { cluster: input.cluster.name, faults }), log.redact)
    } finally {
      await drill.close()
    }
  }

  private async watch({ input, log }: Session, seconds: number): Promise<DrillDocument> {
    const watch = await watchEndpoint(input, seconds)
    this.log(log.redact(renderWatch(watch, paintFor(process.stdout))))
    return redactDocument(headed('ha-drill', { cluster: input.cluster.name, watch }), log.redact)
  }
}

/** It takes the API away for seconds, on purpose: never without a yes. */
async function agreed(
  { vip, holder }: Drill,
  inventoryPath: string,
  { yes, asker }: { readonly yes: boolean; readonly asker: Asker | undefined },
): Promise<void> {
  if (yes) return
  const again = `tripod ha-drill -i ${quote(inventoryPath)}`
  if (asker === undefined)
    throw new TripodError(
      'NOT_CONFIRMED',
      'Cannot ask for confirmation: stdin is not a terminal. Nothing was changed.',
      `${again} --yes`,
    )
  const typed = await asker.words(
    `The VIP ${vip} is on ${holder}. keepalived is stopped there, then HAProxy on the host that takes over. The API will be unavailable for a few seconds, twice. Continue? ${ONLY_YES}`,
  )
  if (typed === 'yes') return
  const why = typed === '' ? 'nothing' : `"${escapeLine(typed)}"`
  throw new TripodError(
    'NOT_CONFIRMED',
    `The drill was not confirmed: you typed ${why}; only "yes" confirms. Nothing was changed.`,
    `To be asked again: ${again}`,
  )
}
