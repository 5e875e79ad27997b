import { bestOffset, offsetOf, type ClockOffset } from '../../facts/clock-offset.js'
import { inventoryNamesOf } from '../../facts/own-names.js'
import { osFamilyOf } from '../../os/index.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { LookedAt } from '../../status/assemble.js'
import { judge } from '../../status/judge.js'
import { readAnswers, type Answers } from '../../status/read.js'
import { statusScript } from '../../status/script.js'
import type { ClusterStatus } from '../../status/status.js'
import { topologyOf, type Seen, type Topology } from '../../topology.js'
import { failed, now, onAll, withFacts } from './observe.js'
import { withOwnNames } from './own-names.js'
import type { RunInput } from '../run-types.js'
import type { Station } from './station.js'

/** Its questions wait for servers that do not answer: each a few seconds. */
const STATUS_TIMEOUT_SECONDS = 60

/** Looks at every node of the inventory, by one connection and two execs each; changes nothing and takes no lock. */
export async function lookAtCluster(input: RunInput): Promise<ClusterStatus> {
  return withFacts(input, input.cluster.nodes, async (factual) => {
    const { cluster, stations } = withOwnNames(input, factual)
    const seen: readonly Seen[] = stations.flatMap(({ node, facts }) => (facts ? [{ node, facts }] : []))
    const topology = topologyOf(cluster, seen)
    const looked = await onAll(stations, (station) => ask({ ...input, cluster }, station, topology))
    return judge({ cluster, topology, looked, now: Date.now() })
  })
}

async function ask(input: RunInput, station: Station, topology: Topology): Promise<LookedAt> {
  try {
    return lookedAt(station, await answersOf(input, station, topology))
  } catch (error) {
    return lookedAt(failed(input, station, error), undefined)
  }
}

/** With the moments of the operator's clock between which the node answered. */
interface Answered {
  readonly answers: Answers
  readonly sentAt: number
  readonly receivedAt: number
}

async function answersOf(
  { cluster, emit }: RunInput,
  { node, host, facts }: Station,
  { states, acting }: Topology,
): Promise<Answered | undefined> {
  if (host === undefined || facts === undefined) return undefined
  const state = states[node.name]
  const script = statusScript({
    node,
    state,
    os: osFamilyOf(facts.os),
    endpoint: cluster.endpoint,
    dnsDomain: cluster.network.dnsDomain,
    // Before there is a cluster, the one that will begin it acts: there is nothing to ask it.
    acting: node.name === acting && state === 'control-plane-ready',
  })
  if (script === undefined) return undefined
  emit({ type: 'looking', node: node.name, what: 'health' })
  const sentAt = Date.now() / 1000
  const { stdout } = await host.run(script, { timeoutSeconds: STATUS_TIMEOUT_SECONDS, title: 'its health' })
  const receivedAt = now()
  emit({ type: 'looked', node: node.name, what: 'health' })
  return { answers: byInventory(readAnswers(stdout, node.name), cluster), sentAt, receivedAt }
}

function byInventory(answers: Answers, { nodes }: Cluster): Answers {
  const inventoryName = inventoryNamesOf(nodes)
  if (answers.nodes === undefined) return answers
  return { ...answers, nodes: answers.nodes.map((one) => ({ ...one, name: inventoryName(one.name) })) }
}

function lookedAt({ node, facts, problems: [problem] }: Station, answered: Answered | undefined): LookedAt {
  return {
    node,
    ...(facts && { facts: { ...facts, clock: { ...facts.clock, ...narrowed(facts.clock, answered) } } }),
    ...(answered && { answers: answered.answers }),
    ...(problem && { problem }),
  }
}

/** The offset of its clock, as both execs bound it. */
function narrowed(first: ClockOffset, answered: Answered | undefined): ClockOffset {
  const { answers: { clocks = [] } = {}, sentAt = 0, receivedAt = 0 } = answered ?? {}
  return bestOffset([first, ...clocks.map((clock) => offsetOf({ clock, sentAt, receivedAt }))])
}
