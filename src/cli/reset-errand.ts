import { resetFindings } from '../checks/reset.js'
import { looking } from '../engine/looking.js'
import { type Remain, remainsOn } from '../engine/remains.js'
import type { RunInput } from '../engine/run-types.js'
import { openRun } from '../engine/run.js'
import { selectNodes } from '../engine/select.js'
import { verifyCluster } from '../engine/verify.js'
import { TripodError } from '../errors.js'
import type { Cluster } from '../inventory/cluster.js'
import { nodeList } from '../inventory/node-list.js'
import { carriesBalancer } from '../inventory/roles.js'
import { quote } from '../shell.js'
import type { Leaver, ResetIntent } from '../steps/intent.js'
import { stepsFor } from '../steps/reset.js'
import { tellHealth } from './apply-errand.js'
import { confirmByName } from './consent.js'
import type { Done, Errand, Speaker } from './errand.js'
import { escapeLine } from './escape.js'
import { againWith } from './intent-words.js'
import { count } from './plan-headline.js'
import { refusalOf } from './refusal.js'
import { renderSummary } from './render-summary.js'
import type { SelectorFlags } from './selectors.js'

interface WhichFlags extends Pick<SelectorFlags, 'node' | 'skip-node'> {
  /** Left out: no. */
  readonly forget?: boolean | undefined
}

/** A node that is not looked at is left as it is, and keeps nobody from taking back all the others. Throws UNKNOWN_NODE. */
export function resetIntent(cluster: Cluster, flags: WhichFlags): ResetIntent {
  const { node: nodes, 'skip-node': skipNodes, forget = false } = flags
  const chosen = selectNodes(cluster, { ...(nodes && { nodes }), ...(skipNodes && { skipNodes }) })
  return {
    do: 'reset',
    nodes: chosen.map(({ name, address, roles, hostName }) => ({
      name,
      address,
      roles,
      ...(hostName && { hostName }),
    })),
    whole: nodes === undefined || chosen.length === cluster.nodes.length,
    gone: forget,
  }
}

export interface LeavingFlags {
  readonly confirm?: string | undefined
  /** The cluster as the inventory says it. */
  readonly inventory: Cluster
}

/** Nothing is wanted on these nodes any more, and at the end nothing is left there. */
export function resetErrand(intent: ResetIntent, { confirm, inventory }: LeavingFlags): Errand {
  const names = intent.nodes.map(({ name }) => name)
  return {
    intent,
    verb: 'reset',
    prepare: (input) => ({
      ...looking(input),
      cluster: intent.gone ? without(input.cluster, names) : input.cluster,
      steps: stepsFor(intent, input.steps),
      checks: (context) => resetFindings(intent, context),
    }),
    closing: () => closing(intent, inventory),
    nothing: () => `Nothing to take back on ${names.join(', ')}.`,
    consent: (shown, { asker }, file) =>
      confirmByName(shown, { confirm, asker, question: 'Take all of this back?', again: againWith(shown, file) }),
    conclude: (done, speaker) => conclude({ intent, inventory, done }, speaker),
    prove: async ({ input, shown, isDone }, speaker) => {
      // Who has nothing to take back is not asked, and what tripod knew of a machine goes only by the name of the cluster.
      const mayForget = isDone || confirm === input.cluster.name
      if (!intent.gone) await proof({ intent, input, mayForget }, speaker)
      if (isDone && !intent.whole && shown.complete)
        tellHealth(await verifyCluster({ ...input, cluster: without(input.cluster, names) }), speaker)
    },
  }
}

/** The cluster that goes on. */
export function without(cluster: Cluster, names: readonly string[]): Cluster {
  return { ...cluster, nodes: cluster.nodes.filter(({ name }) => !names.includes(name)) }
}

/** It knows nothing of what was decided about it. */
export function goneLine(nodes: readonly Leaver[], { endpoint }: Cluster): string {
  const names = nodeList(nodes.map(({ name }) => name))
  const claims = nodes.some((node) => carriesBalancer(node, endpoint)) ? `, and claims ${endpoint.host} for itself` : ''
  return `The machine itself is not touched: nothing of ${names} is looked at. Switched on again it takes itself for a part of the cluster${claims}: wipe it first.`
}

function closing({ nodes, whole, gone }: ResetIntent, inventory: Cluster): string {
  const names = nodeList(nodes.map(({ name }) => name))
  if (gone) return goneLine(nodes, inventory)
  const who = whole ? 'every node' : names
  return `At the end /var/lib/tripod (record, logs, kept originals) is removed from ${who}, and what is left of Kubernetes there is listed.`
}

interface Concluding {
  readonly intent: ResetIntent
  readonly inventory: Cluster
  readonly done: Done
}

async function conclude({ intent, inventory, done }: Concluding, speaker: Speaker): Promise<void> {
  const { summary, session } = done
  await session.progress.end()
  speaker.log(renderSummary(summary, session.log.path))
  const names = intent.nodes.map(({ name }) => name)
  if (!intent.whole) tellListed(names, inventory, speaker)
}

/** Who is in the inventory is wanted: an apply brings it back. */
export function tellListed(names: readonly string[], inventory: Cluster, { say }: Pick<Speaker, 'say'>): void {
  const listed = names.filter((name) => inventory.nodes.some((node) => node.name === name))
  if (listed.length === 0) return
  const them = listed.length === 1 ? 'it' : 'them'
  say(
    `Still in ${inventory.inventoryPath}: ${listed.join(', ')}. Take ${them} out of it, or the next apply joins ${them} again.`,
  )
}

interface Proof {
  readonly intent: ResetIntent
  readonly input: RunInput
  /** Somebody agreed that what tripod knew of the nodes goes. */
  readonly mayForget: boolean
}

/** What a second look would take back, else what stays on the machines although nothing in the record knows it. */
async function leftOn({ intent, input, mayForget }: Proof): Promise<readonly Remain[]> {
  const again = await openRun(input)
  await again.close()
  const refusal = refusalOf(again.plan)
  if (refusal !== undefined) throw refusal
  const ops = again.plan.steps.flatMap((step) => step.ops)
  if (ops.length > 0)
    return ops.map(({ node, kind, name, reason }) => ({ node, what: `${kind} ${name}: ${reason.text}` }))
  const nodes = input.cluster.nodes.filter(({ name }) => intent.nodes.some((node) => node.name === name))
  return remainsOn(input, nodes, mayForget)
}

/** Empty where the machines are clean. */
async function proof(work: Proof, { log }: Speaker): Promise<void> {
  const remains = await leftOn(work)
  const clean = work.intent.nodes.map(({ name }) => name).filter((name) => !remains.some(({ node }) => node === name))
  if (clean.length > 0) log(`Nothing of Kubernetes or tripod is left on ${clean.join(', ')}.`)
  if (remains.length === 0) return
  for (const { node, what } of remains) log(escapeLine(`! ${node}: ${what}`))
  throw new TripodError(
    'RESET_INCOMPLETE',
    `${count(remains.length, 'thing is', 'things are')} left on ${[...new Set(remains.map(({ node }) => node))].join(', ')}`,
    `What is not of somebody else: run the same reset again with --confirm ${quote(work.input.cluster.name)}, or remove it by hand.`,
  )
}
