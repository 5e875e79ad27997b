import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Flags } from '@oclif/core'
import { openAsker } from '../cli/prompts/asker.js'
import { BaseCommand } from '../cli/app/base-command.js'
import { inventoryFlag, noInputFlag } from '../cli/app/flags.js'
import { interview } from '../cli/prompts/interview.js'
import { lookAround } from '../cli/init/look-around.js'
import { writeDraft } from '../cli/init/write-draft.js'
import { errnoOf, messageOf, TripodError } from '../errors.js'
import { firstSilent, SIGNS } from '../host/silent-address.js'
import type { Answers } from '../init/answers.js'
import { type Draft, draftOf, type DraftProblem, problemsOf } from '../init/draft.js'
import { loadInventory } from '../inventory/read/load.js'
import { renderProblems } from '../inventory/read/problem.js'
import { summarise } from '../inventory/summary.js'
import { quote } from '../shell.js'

const MACHINES = 'ADDRESS or NAME=ADDRESS, 10.0.0.11-13 for several, host names that resolve; separated by commas.'

export default class Init extends BaseCommand {
  static override summary = 'Write a commented inventory, from questions or from flags alone.'
  static override description =
    'Asks for what the flags leave open, where there is a terminal. User and key are suggested as ssh here would take them, ' +
    'the VIP and the subnets by the addresses of the machines. No machine is logged in to. An inventory that is there already stays.'
  static override flags = {
    ...inventoryFlag,
    cluster: Flags.string({ helpValue: 'NAME', description: "Name of the cluster; the directory's when left out." }),
    masters: Flags.string({ helpValue: 'LIST', description: `The masters: ${MACHINES}` }),
    workers: Flags.string({ helpValue: 'LIST', description: 'The workers, in the same way.' }),
    'load-balancers': Flags.string({
      helpValue: 'LIST',
      description: 'Machines for HAProxy and keepalived; left out, the masters carry them.',
    }),
    workloads: Flags.boolean({
      allowNo: true,
      description: 'The masters carry workloads too; left out: where there are no workers.',
    }),
    vip: Flags.string({ helpValue: 'ADDRESS', description: 'Free address that the load balancers share.' }),
    probe: Flags.boolean({
      description: `Look from this computer whether an address is free for the VIP (${SIGNS}); without --vip, take the first that is.`,
    }),
    external: Flags.string({
      helpValue: 'HOST:PORT',
      description: 'A load balancer that you run yourself, instead of --vip.',
      exclusive: ['vip', 'probe', 'load-balancers'],
    }),
    user: Flags.string({ helpValue: 'USER', description: 'SSH user.' }),
    'identity-file': Flags.string({ helpValue: 'FILE', description: 'Private key; "" for none.' }),
    bastion: Flags.string({ helpValue: 'USER@HOST:PORT', description: 'Bastion on the way to the machines.' }),
    kubernetes: Flags.string({ helpValue: 'VERSION', description: 'Kubernetes version, major.minor.patch.' }),
    'pod-subnet': Flags.string({ helpValue: 'CIDR', description: 'Addresses of the pods.' }),
    'service-subnet': Flags.string({ helpValue: 'CIDR', description: 'Addresses of the services.' }),
    overwrite: Flags.boolean({ description: 'Put the new inventory in the place of one that is there.' }),
    ...noInputFlag,
  }
  static override examples = [
    '<%= config.bin %> init',
    '<%= config.bin %> init --no-input --masters 10.0.0.11-13 --workers 10.0.0.21-22 --vip 10.0.0.10 --user ops',
    '<%= config.bin %> init --masters 10.0.0.11-13 --probe',
  ]

  async run(): Promise<void> {
    const { flags } = await this.parse(Init)
    const path = flags.inventory
    await requirePlace(path, flags.overwrite)
    const around = lookAround(path, (text) => {
      this.say(text)
    })
    const probe = async (candidates: readonly string[]): Promise<string> => {
      const found = await firstSilent(candidates)
      if (found === undefined) throw noneFree(candidates)
      this.say(
        `${found} gives no sign of life (${SIGNS}). Before apply takes it, the machines ask on their own network.`,
      )
      return found
    }
    const asker = openAsker({ noInput: flags['no-input'] })
    const given: Answers = flags
    if (flags.masters !== undefined || asker === undefined) refuse(await checked(given, around, path))
    let answers = asker
      ? await interview(given, { asker, around, inventoryPath: path, probe, isProbing: flags.probe })
      : given
    if (answers.masters === undefined) throw missing('the masters are not given', path)
    if (flags.probe && answers.external === undefined && asker === undefined) {
      const { vips } = await draftOf(answers, around)
      answers = { ...answers, vip: await probe(answers.vip === undefined ? vips : [answers.vip]) }
    }
    if (answers.vip === undefined && answers.external === undefined)
      throw missing('neither --vip nor --external is given', path)
    const draft = await draftOf(answers, around)
    refuse(problemsOf(draft, path))
    await writeDraft(path, draft.text)
    await this.report(path, draft)
  }

  /** What was written is read again, by what reads inventories. */
  private async report(path: string, { data }: Draft): Promise<void> {
    const { cluster, warnings } = await loadInventory(path)
    if (warnings.length > 0) this.say(renderProblems(warnings))
    this.log(`Wrote ${path}: ${summarise(cluster)}`)
    const key = data.identityFile === null || data.identityFile === '' ? 'the keys that ssh takes' : data.identityFile
    this.log(`Login as ${data.user} with ${key}; pods ${data.podSubnet}, services ${data.serviceSubnet}`)
    const named = path === 'inventory.yaml' ? '' : ` -i ${quote(path)}`
    this.log(`Next: tripod trust scan${named}, then tripod plan${named}`)
  }
}

/** Throws where the file would take the place of another one, or where there is no place for it. */
async function requirePlace(path: string, overwrite: boolean): Promise<void> {
  if (!(await isThere(dirname(path))))
    throw new TripodError('USAGE', `there is no directory ${dirname(path)}`, `mkdir -p ${quote(dirname(path))}`)
  if (overwrite || !(await isThere(path))) return
  throw new TripodError(
    'USAGE',
    `${path} is there already; nothing is written`,
    'Choose another name with -i FILE, or pass --overwrite to lose what it says',
  )
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    const what = `${file} cannot be looked at: ${messageOf(error)}`
    throw new TripodError('USAGE', what, 'Choose another place with -i FILE', { cause: error })
  }
}

async function checked(
  answers: Answers,
  around: ReturnType<typeof lookAround>,
  path: string,
): Promise<readonly DraftProblem[]> {
  const problems = problemsOf(await draftOf(answers, around), path)
  return problems.filter(({ question }) => answers[question] !== undefined)
}

function refuse(problems: readonly DraftProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const lines = errors.map(({ question, message, fix }) => `--${question}: ${message}\n  Fix: ${fix}`)
  throw new TripodError(
    'USAGE',
    `these answers make no valid inventory, nothing is written\n${[...new Set(lines)].join('\n')}`,
    'Correct the flags above, then run the same command again',
  )
}

function missing(what: string, path: string): TripodError {
  const named = path === 'inventory.yaml' ? '' : ` -i ${quote(path)}`
  return new TripodError(
    'USAGE',
    `${what}, and stdin is not a terminal to ask on`,
    `tripod init${named} --masters 10.0.0.11-13 --vip 10.0.0.10 (with --probe instead of --vip a free address is looked for)`,
  )
}

function noneFree(candidates: readonly string[]): TripodError {
  const what =
    candidates.length === 0
      ? 'the machines share no network in which an address for the VIP could be guessed'
      : candidates.length === 1
        ? `${candidates[0] ?? ''} is taken: somebody there answers`
        : `all of ${candidates[0] ?? ''} to ${candidates.at(-1) ?? ''} are taken`
  return new TripodError('USAGE', what, "Name a free address of the machines' network with --vip")
}
