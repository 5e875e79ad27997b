import { isAbsolute, relative, resolve } from 'node:path'
import type { Subnet } from '../inventory/address.js'
import { parseInventory } from '../inventory/read/parse.js'
import { PATTERNS } from '../inventory/schema/patterns.js'
import type { InventoryProblem } from '../inventory/read/problem.js'
import { DEFAULT_KUBERNETES } from '../inventory/versions.js'
import { render, type TemplateData } from '../templates/index.js'
import type { Answers, Question } from './answers.js'
import { type LookUp, readMachines } from './machines.js'
import { clusterSubnets, vipCandidates } from './suggest.js'

/** What can be found by looking around on this computer. */
export interface Surroundings {
  /** Where the inventory will lie. */
  readonly directory: string
  /** Networks of this computer's own interfaces. */
  readonly networks: readonly Subnet[]
  readonly ownAddresses: readonly string[]
  readonly lookUp: LookUp
  /** As whom, and with which key, ssh would log in on that host. */
  login(host: string): Promise<{ readonly user: string; readonly keys: readonly string[] }>
}

/** An inventory that is not written yet. */
export interface Draft {
  readonly data: TemplateData['inventory.yaml']
  readonly text: string
  /** Addresses that could be the VIP, likeliest first. */
  readonly vips: readonly string[]
  /** Private keys of this computer that could be the one, likeliest first. */
  readonly keys: readonly string[]
  /** Number of nodes by the question that gave them, in the order of the file. */
  readonly origins: readonly Question[]
}

type Nodes = TemplateData['inventory.yaml']['nodes']

/** The inventory of these answers. What was not answered is filled in by what was found, where something was. */
export async function draftOf(answers: Answers, around: Surroundings): Promise<Draft> {
  const { nodes, origins } = await nodesOf(answers, around.lookUp)
  const balancers = origins.includes('load-balancers')
  const carriers = nodes.filter((_, at) => origins[at] === (balancers ? 'load-balancers' : 'masters'))
  const addresses = nodes.map(({ address }) => address)
  const vips = vipCandidates(
    carriers.map(({ address }) => address),
    [...addresses, ...around.ownAddresses],
    around.networks,
  )
  const vip = answers.vip ?? (answers.external === undefined ? vips[0] : undefined) ?? null
  const subnets = clusterSubnets([...addresses, ...(vip === null ? [] : [vip])], nodes.length, {
    pods: answers['pod-subnet'],
    services: answers['service-subnet'],
  })
  const { user, keys } = await around.login(addresses[0] ?? 'localhost')
  const data = {
    cluster: answers.cluster ?? clusterName(around.directory),
    version: answers.kubernetes ?? DEFAULT_KUBERNETES,
    vip,
    balancers,
    external: answers.external ?? null,
    user: answers.user ?? user,
    identityFile:
      answers['identity-file'] === undefined ? (keys[0] ?? null) : fromInventory(answers['identity-file'], around),
    bastion: answers.bastion ?? null,
    nodes,
    podSubnet: subnets.pods,
    serviceSubnet: subnets.services,
  }
  return { data, text: render('inventory.yaml', data), vips, keys, origins }
}

async function nodesOf(
  answers: Answers,
  lookUp: LookUp,
): Promise<{ readonly nodes: Nodes; readonly origins: readonly Question[] }> {
  const read = async (question: 'masters' | 'workers' | 'load-balancers', prefix: string) => ({
    question,
    machines: await readMachines(answers[question] ?? '', prefix, lookUp),
  })
  const groups = await Promise.all([read('masters', 'm'), read('workers', 'w'), read('load-balancers', 'lb')])
  const workloads = answers.workloads ?? groups[1].machines.length === 0
  const roles = {
    masters: workloads ? ['control-plane', 'worker'] : ['control-plane'],
    workers: ['worker'],
    'load-balancers': ['load-balancer'],
  }
  return {
    nodes: groups.flatMap(({ question, machines }) => machines.map((one) => ({ ...one, roles: roles[question] }))),
    origins: groups.flatMap(({ question, machines }) => machines.map(() => question)),
  }
}

/** A path was typed from where the operator stands; the inventory counts from where it lies. */
function fromInventory(file: string, { directory }: Surroundings): string {
  return file === '' || file.startsWith('~/') || isAbsolute(file) ? file : relative(directory, resolve(file))
}

function clusterName(directory: string): string {
  const name = PATTERNS.clusterName.mend(directory.split(/[/\\]/).at(-1) ?? '').replace(/-+$/, '')
  return PATTERNS.clusterName.regex.test(name) ? name : 'lab'
}

/** What `tripod validate` would say of the draft, with the question that each is about. */
export type DraftProblem = InventoryProblem & { readonly question: Question }

const QUESTIONS: readonly (readonly [path: RegExp, question: Question])[] = [
  [/^cluster/, 'cluster'],
  [/^kubernetes/, 'kubernetes'],
  [/^endpoint\.external/, 'external'],
  [/^endpoint/, 'vip'],
  [/^ssh\.identityFile/, 'identity-file'],
  [/^ssh\.bastion/, 'bastion'],
  [/^ssh/, 'user'],
  [/^network\.podSubnet/, 'pod-subnet'],
  [/^network\.serviceSubnet/, 'service-subnet'],
]

/** Errors and warnings of the draft, found by nothing else than what reads inventories. */
export function problemsOf({ text, origins }: Draft, path: string): readonly DraftProblem[] {
  const read = parseInventory(text, path)
  const problems = read.ok ? read.warnings : read.problems
  return problems.map((problem) => {
    const at = Number(/^nodes\[(\d+)\]/.exec(problem.path)?.[1] ?? Number.NaN)
    const question = QUESTIONS.find(([pattern]) => pattern.test(problem.path))?.[1]
    return { ...problem, question: question ?? origins[at] ?? 'masters' }
  })
}
