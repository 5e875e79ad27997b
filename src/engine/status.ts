import { osFamilyOf } from '../os/index.js'
import type { LookedAt } from '../status/assemble.js'
import { judge } from '../status/judge.js'
import { readAnswers, type Answers } from '../status/read.js'
import { statusScript } from '../status/script.js'
import type { ClusterStatus } from '../status/status.js'
import { topologyOf, type Seen, type Topology } from '../topology.js'
import { failed, onAll, withFacts } from './observe.js'
import type { RunInput } from './run-types.js'
import type { Station } from './station.js'

/** Its questions wait for servers that do not answer: each a few seconds. */
const STATUS_TIMEOUT_SECONDS = 60

/** Looks at every node of the inventory, by one connection and two execs each; changes nothing and takes no lock. */
export async function lookAtCluster(input: RunInput): Promise<ClusterStatus> {
  const { cluster } = input
  return withFacts(input, cluster.nodes, async (factual) => {
    const seen: readonly Seen[] = factual.flatMap(({ node, facts }) => (facts ? [{ node, facts }] : []))
    const topology = topologyOf(cluster, seen)
    const looked = await onAll(factual, (station) => ask(input, station, topology))
    return judge({ cluster, topology, looked, now: Date.now() })
  })
}

async function ask(input: RunInput, station: Station, topology: Topology): Promise<LookedAt> {
  try {
    const answers = await answersOf(input, station, topology)
    return lookedAt(station, answers)
  } catch (error) {
    return lookedAt(failed(input, station, error), undefined)
  }
}

async function answersOf(
  { cluster, emit }: RunInput,
  { node, host, facts }: Station,
  { states, acting }: Topology,
): Promise<Answers | undefined> {
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
  const { stdout } = await host.run(script, { timeoutSeconds: STATUS_TIMEOUT_SECONDS, title: 'its health' })
  emit({ type: 'looked', node: node.name, what: 'health' })
  return readAnswers(stdout, node.name)
}

function lookedAt({ node, facts, problems: [problem] }: Station, answers: Answers | undefined): LookedAt {
  return { node, ...(facts && { facts }), ...(answers && { answers }), ...(problem && { problem }) }
}
