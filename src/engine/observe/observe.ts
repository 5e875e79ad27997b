import pLimit from 'p-limit'
import { osFamilyOf } from '../../os/index.js'
import { preflight } from '../../checks/index.js'
import type { Finding } from '../../checks/finding.js'
import { messageOf, TripodError } from '../../errors.js'
import { parseFacts } from '../../facts/parse/parse.js'
import { factsScript } from '../../facts/script.js'
import type { Host } from '../../host/host.js'
import type { Node } from '../../inventory/cluster.js'
import type { ClusterContext, ManifestSet, Step } from '../../steps/step.js'
import { topologyOf, type Seen } from '../../topology.js'
import { authoritiesOf } from './authorities.js'
import { keyRenewals, withKeyEnds } from './key-renewals.js'
import { planNode, type NodePlan } from '../plan/plan-node.js'
import { withOwnNames } from './own-names.js'
import type { RunInput } from '../run-types.js'
import { closeAll, isKnown, type KnownStation, look, questionOf, type Station } from './station.js'
import { undoingOf } from '../plan/undoing.js'
import { wishesOf } from '../plan/wishes.js'
import { NODES_AT_ONCE } from '../nodes-at-once.js'

const FACTS_TIMEOUT_SECONDS = 30

/** What two looks at every node gave: facts and topology, then the difference per node. */
export interface Observation {
  readonly stations: readonly Station[]
  readonly context: ClusterContext
  readonly findings: readonly Finding[]
  readonly plans: ReadonlyMap<string, NodePlan>
}

/** Opens every connection. A node that does not answer is a station with a problem, not an exception. */
export async function connectAll(input: RunInput, nodes: readonly Node[]): Promise<readonly Station[]> {
  return onAll(nodes, async (node) => {
    input.emit({ type: 'connecting', node: node.name })
    try {
      const host = await input.connect(node)
      input.emit({ type: 'connected', node: node.name })
      return { node, host, problems: [] }
    } catch (error) {
      return failed(input, { node, problems: [] }, error)
    }
  })
}

/** Facts, topology, checks, then one probe of every resource: two execs per node. */
export async function observe(input: RunInput, steps: readonly Step[], open: readonly Station[]): Promise<Observation> {
  const factual = await onAll(open, (station) =>
    station.host ? readFacts(input, station, station.host) : Promise.resolve(station),
  )
  const { cluster, stations: named } = withOwnNames(input, factual)
  const seen: readonly Seen[] = named.flatMap(({ node, facts }) => (facts ? [{ node, facts }] : []))
  const topology = topologyOf(cluster, seen)
  const authorities = await authoritiesOf(topology, seen, input.authorities)
  const { runId } = input
  const areNeeded = topology.acting !== undefined && steps.some((step) => step.needsManifests === true)
  const { manifests, missing } = areNeeded ? await manifestsOf(input) : NO_MANIFESTS
  const known = { ...(authorities && { authorities }), ...(manifests && { manifests }) }
  const unrenewed: ClusterContext = { cluster, topology, seen, runId, ...known }
  const context = await withRenewalsOf(input, { steps, stations: named, context: unrenewed })
  const findings = [...(input.checks ?? preflight)(context), ...missing]
  const plans = new Map<string, NodePlan>()
  const stations = await onAll(named, async (station) => {
    if (!isKnown(station)) return station
    try {
      plans.set(station.node.name, await planStation(input, station, steps, context))
      return station
    } catch (error) {
      return failed(input, station, error)
    }
  })
  return { stations, context, findings, plans }
}

interface Looked {
  readonly steps: readonly Step[]
  readonly stations: readonly Station[]
  readonly context: ClusterContext
}

async function withRenewalsOf(input: RunInput, { steps, stations, context }: Looked): Promise<ClusterContext> {
  const found = await onAll(stations.filter(isKnown), async (station) => {
    try {
      const wishes = () => wishesOf(steps, station, context)
      return await keyRenewals(input, { node: station.node.name, facts: station.facts, wishes })
    } catch {
      // A step that cannot say what it wants there says so when the node is planned.
      return []
    }
  })
  const renewals = found.flat()
  return renewals.length === 0 ? context : { ...context, renewals }
}

interface Manifests {
  readonly manifests: readonly ManifestSet[] | undefined
  readonly missing: readonly Finding[]
}
const NO_MANIFESTS: Manifests = { manifests: undefined, missing: [] }

/** What cannot be had, or is not what was pinned, is told beside all else that there is to tell (P21, P24). */
async function manifestsOf(input: RunInput): Promise<Manifests> {
  try {
    return { manifests: await input.manifests?.(), missing: [] }
  } catch (error) {
    if (!(error instanceof TripodError)) throw error
    const { code, message, hint: fix } = error
    const id = code === 'SOURCE_UNAVAILABLE' ? 'P21' : 'P24'
    return { manifests: undefined, missing: [{ id, severity: 'fatal', message, fix }] }
  }
}

/** Connects to these nodes, reads their facts, works with that, and leaves nothing open. */
export async function withFacts<Result>(
  input: RunInput,
  nodes: readonly Node[],
  work: (stations: readonly Station[]) => Promise<Result>,
): Promise<Result> {
  const open = await connectAll(input, nodes)
  try {
    return await work(
      await onAll(open, (station) =>
        station.host ? readFacts(input, station, station.host) : Promise.resolve(station),
      ),
    )
  } finally {
    await closeAll(open)
  }
}

/** Seconds since the epoch, rounded up: an answer has not come later than that. */
export const now = (): number => (Date.now() + 1) / 1000

/** One exec: what the machine is. A node that cannot be read is a station with a problem. */
async function readFacts(input: RunInput, station: Station, host: Host): Promise<Station> {
  const { name } = station.node
  input.emit({ type: 'looking', node: name, what: 'facts' })
  try {
    const sentAt = Date.now() / 1000
    const { endpoint, containerd, sources, network } = input.cluster
    // Asking for candidates is slow: only where the distribution's one decides what is wanted.
    const candidates = containerd.source === 'distribution' ? ['containerd'] : []
    const script = factsScript({
      candidates,
      repositories: [sources.kubernetes.url, ...(containerd.source === 'docker' ? [sources.containerd.url] : [])],
      networks: network.cni === 'calico',
      ...(endpoint.vip === undefined ? {} : { vip: endpoint.vip }),
    })
    const result = await host.run(script, { timeoutSeconds: FACTS_TIMEOUT_SECONDS })
    const read = parseFacts(result.stdout, { node: name, sentAt, receivedAt: now() })
    const facts = await withKeyEnds(read, input.keyEnd)
    const os = osFamilyOf(facts.os)
    input.emit({ type: 'looked', node: name, what: 'facts' })
    return { node: station.node, host, facts, problems: [], ...(os === undefined ? {} : { os }) }
  } catch (error) {
    return failed(input, station, error)
  }
}

async function planStation(
  input: RunInput,
  station: KnownStation,
  steps: readonly Step[],
  context: ClusterContext,
): Promise<NodePlan> {
  const { name } = station.node
  input.emit({ type: 'looking', node: name, what: 'resources' })
  const undoing = undoingOf(steps, station, context)
  const withLeftovers = input.leavesRecords === true ? undoing !== undefined : input.selectors.steps === undefined
  const question = questionOf(station, { wishes: wishesOf(steps, station, context), withLeftovers, undoing })
  const plan = planNode({ ...question, readings: await look(station.host, station.os, question) })
  input.emit({ type: 'looked', node: name, what: 'resources' })
  return plan
}

/** The station with what is wrong with it, told to whoever watches. */
export function failed(input: RunInput, station: Station, error: unknown): Station {
  const { name } = station.node
  const problem = error instanceof TripodError ? error : bug(name, error)
  input.emit({ type: 'node-failed', node: name, error: problem })
  return { ...station, problems: [...station.problems, problem] }
}

function bug(node: string, cause: unknown): TripodError {
  return new TripodError('INTERNAL', messageOf(cause), 'Please report this with the run log.', { node, cause })
}

/** Bounded fan-out; results in the order of the items. */
export function onAll<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const limit = pLimit(NODES_AT_ONCE)
  return Promise.all(items.map((item) => limit(() => work(item))))
}
