import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/app/base-command.js'
import { labNameFlag } from '../../cli/app/lab-flags.js'
import { fault, type Fault } from '../../lab/index.js'

const DONE = {
  cut: 'has no network any more',
  heal: 'has its network and disk back',
  kill: 'is off, as by a power cut',
  boot: 'is up',
  delay: 'answers late',
  fill: 'has a full disk',
} as const satisfies Record<Fault['kind'], string>

const KINDS = Object.keys(DONE) as readonly Fault['kind'][]

export default class LabFault extends BaseCommand {
  static override summary = 'Do to a machine of the lab what happens to servers.'
  static override description = `cut    pull its network cable
kill   cut its power; it stays off until boot
boot   switch it on
delay  add milliseconds to every round trip
fill   leave no space under a directory
heal   take cut, delay and fill back`
  static override args = {
    fault: Args.string({ required: true, options: [...KINDS], description: 'What to do.' }),
    node: Args.string({ required: true, description: 'Name of the machine.' }),
  }
  static override flags = {
    ...labNameFlag,
    milliseconds: Flags.integer({ min: 1, max: 10_000, default: 100, description: 'delay: how long.' }),
    directory: Flags.string({ default: '/var/lib', description: 'fill: which directory of the machine.' }),
  }
  static override examples = ['<%= config.bin %> lab fault cut m2', '<%= config.bin %> lab fault heal m2']

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LabFault)
    const kind = args.fault as Fault['kind']
    await fault(flags.name, args.node, chosen(kind, flags))
    this.log(`${args.node} ${DONE[kind]}.`)
  }
}

function chosen(kind: Fault['kind'], flags: { readonly milliseconds: number; readonly directory: string }): Fault {
  if (kind === 'delay') return { kind, milliseconds: flags.milliseconds }
  return kind === 'fill' ? { kind, directory: flags.directory } : { kind }
}
