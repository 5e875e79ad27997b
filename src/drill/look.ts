import { TripodError } from '../errors.js'
import type { Host } from '../host/host.js'
import type { Cluster, Node } from '../inventory/cluster.js'
import { carriesBalancer } from '../inventory/roles.js'
import { sh } from '../shell.js'
import type { ClusterContext } from '../steps/step.js'
import { next, tripod } from '../next-step.js'
import { looking } from '../engine/observe/looking.js'
import { observe } from '../engine/observe/observe.js'
import type { RunInput } from '../engine/run-types.js'
import type { Station } from '../engine/observe/station.js'

/** What a drill knows of the cluster when it begins. */
export interface Look {
  readonly context: ClusterContext
  readonly stations: readonly Station[]
  readonly hosts: ReadonlyMap<string, Host>
}

/** Facts of every node, and nothing else; what one of them lacks stands in its station. */
export async function lookAround(input: RunInput, open: readonly Station[]): Promise<Look> {
  const { stations, context } = await observe({ ...looking(input), steps: [] }, [], open)
  const hosts = new Map(stations.flatMap(({ node, host }) => (host ? [[node.name, host] as const] : [])))
  return { context, stations, hosts }
}

/** Hosts that HAProxy and keepalived run on, in inventory order. */
export function carriersOf(cluster: Cluster): readonly Node[] {
  return cluster.nodes.filter((node) => carriesBalancer(node, cluster.endpoint))
}

const ANSWER_SECONDS = 5

/** Which of these hosts have the VIP now; one that does not answer has none that anybody could reach. */
export async function holdersNow(vip: string, hosts: readonly Host[]): Promise<readonly string[]> {
  const asked = await Promise.all(
    hosts.map(async (host) => {
      const options = { timeoutSeconds: ANSWER_SECONDS, title: 'who has the VIP' }
      const answer = await host.run(sh`ip -o address show to ${vip}`, options).catch(() => undefined)
      return answer?.code === 0 && answer.stdout.trim() !== '' ? [host.name] : []
    }),
  )
  return asked.flat()
}

/**
 * Where the API is asked from: a node beside the load balancer, as most clients are; else a host of it that has not got the VIP
 * and is the last to get it. Throws UNHEALTHY where no node that knows the cluster's authority was reached.
 */
export function observerOf({ context, hosts }: Look, holder: string | undefined): Host {
  const { cluster, seen } = context
  const knowing = seen.filter(({ facts }) => facts.kubernetes.caCertificate !== undefined).map(({ node }) => node)
  const beside = knowing.filter((node) => !carriesBalancer(node, cluster.endpoint))
  // Those before it have higher priorities.
  const bystander = knowing.findLast(({ name }) => name !== holder)
  const host = hosts.get((beside[0] ?? bystander ?? knowing[0])?.name ?? '')
  if (host !== undefined) return host
  throw new TripodError(
    'UNHEALTHY',
    `No node of ${cluster.name} that was reached belongs to a cluster: there is nowhere to ask its API from`,
    next`See \`${tripod('plan')}\`: it tells where each node stands.`,
  )
}
