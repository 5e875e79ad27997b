import { escapeLine } from '../../cli/render/escape.js'
import { count } from '../../cli/render/plan-headline.js'
import { refusalOf } from '../../cli/saved-plan/refusal.js'
import { openRun } from '../../engine/run.js'
import { TripodError } from '../../errors.js'
import { quote } from '../../shell.js'
import type { NodeRef } from '../node-ref.js'
import type { Ended, Given } from '../operation.js'
import type { Speaker } from '../../cli/session/speaker.js'
import { type Remain, remainsOn } from './remains.js'

interface Proof {
  readonly nodes: readonly NodeRef[]
  readonly input: Ended['input']
  /** Somebody agreed that what tripod knew of the nodes goes. */
  readonly mayForget: boolean
}

/** What a second look would take back, else what stays on the machines although nothing in the record knows it. */
async function leftOn({ nodes, input, mayForget }: Proof): Promise<readonly Remain[]> {
  const again = await openRun(input)
  await again.close()
  const refusal = refusalOf(again.plan)
  if (refusal !== undefined) throw refusal
  const ops = again.plan.steps.flatMap((step) => step.ops)
  if (ops.length > 0)
    return ops.map(({ node, kind, name, reason }) => ({ node, what: `${kind} ${name}: ${reason.text}` }))
  const own = input.cluster.nodes.filter(({ name }) => nodes.some((node) => node.name === name))
  return remainsOn(input, own, mayForget)
}

/** Says which of the nodes are clean. Throws RESET_INCOMPLETE with what is left on the others. */
export async function proveClean(
  nodes: readonly NodeRef[],
  { input, isDone }: Ended,
  { confirm, speaker: { log } }: Given & { readonly speaker: Pick<Speaker, 'log'> },
): Promise<void> {
  // Who has nothing to take back is not asked, and what tripod knew of a machine goes only by the name of the cluster.
  const remains = await leftOn({ nodes, input, mayForget: isDone || confirm === input.cluster.name })
  const clean = nodes.map(({ name }) => name).filter((name) => !remains.some(({ node }) => node === name))
  if (clean.length > 0) log(`Nothing of Kubernetes or tripod is left on ${clean.join(', ')}.`)
  if (remains.length === 0) return
  for (const { node, what } of remains) log(escapeLine(`! ${node}: ${what}`))
  throw new TripodError(
    'RESET_INCOMPLETE',
    `${count(remains.length, 'thing is', 'things are')} left on ${[...new Set(remains.map(({ node }) => node))].join(', ')}`,
    `What is not of somebody else: run the same reset again with --confirm ${quote(input.cluster.name)}, or remove it by hand.`,
  )
}
