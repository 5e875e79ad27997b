import { Command, Flags, type Interfaces } from '@oclif/core'
import { applyColourChoice } from '../render/colour.js'
import { TripodError } from '../../errors.js'
import { applyWording } from '../../next-step.js'
import type { Speaker } from '../session/speaker.js'
import { escapeControls } from '../render/escape.js'
import { reportError } from './report-error.js'
import { worded } from '../session/wording.js'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- oclif's own FlagOutput, which it does not export
type Named = Record<string, any>

/**
 * What every command shares: errors in the one form and with the statuses of docs/errors.md. A command that reads sets
 * `static override enableJsonFlag = true` and returns its result; with --json that is printed and `log` is silent.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    'no-color': Flags.boolean({ description: 'Print without colour (as NO_COLOR does).', helpGroup: 'GLOBAL' }),
  }

  /** As it was given, for what is advised outside of a session. */
  #inventory: string | undefined

  protected override async parse<F extends Named, B extends Named, A extends Named>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    const { inventory } = parsed.flags as { readonly inventory?: unknown }
    if (typeof inventory === 'string') this.#inventory = inventory
    return parsed
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- oclif's signature
  override async init(): Promise<void> {
    applyColourChoice(this.argv)
  }

  /** A line for people, on stderr: stdout is for the result alone. */
  protected say(text: string): void {
    process.stderr.write(`${escapeControls(text)}\n`)
  }

  /** For work whose words are those of more than one command. */
  protected speaker(): Speaker {
    return { config: this.config, log: this.log.bind(this), say: this.say.bind(this), refuse: this.refuse.bind(this) }
  }

  /** What is wrong with what was looked at: for programs it stands in the result, and the status alone says what it means. */
  protected refuse(refusal: TripodError | undefined): void {
    if (refusal === undefined) return
    if (!this.jsonEnabled()) throw refusal
    process.exitCode = refusal.exit
  }

  /** Work asks and tells on the way, which a program cannot follow: as data there is its plan alone. Throws USAGE. */
  protected refuseJsonWork({
    'dry-run': dryRun,
    out,
  }: {
    readonly 'dry-run': boolean
    readonly out?: string | undefined
  }): void {
    if (!this.jsonEnabled() || dryRun || out !== undefined) return
    const add = 'out' in this.ctor.flags ? 'Add --dry-run, or --out FILE.' : 'Add --dry-run.'
    throw new TripodError('USAGE', '--json prints a plan, and this would carry it out', add)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- oclif's signature
  override async catch(error: unknown): Promise<void> {
    const { id, flags, baseFlags, enableJsonFlag } = this.ctor
    const known = [...Object.keys({ ...flags, ...baseFlags }), ...(enableJsonFlag ? ['json'] : [])]
    reportError(worded(error, applyWording(this.#inventory)), {
      command: { id: id.replaceAll(':', ' '), flags: known },
      json: this.jsonEnabled(),
    })
  }
}
