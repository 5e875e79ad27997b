import { byInventoryNames, withOwnName } from '../../facts/own-names.js'
import type { Cluster } from '../../inventory/cluster.js'
import type { Seen } from '../../topology.js'
import type { RunInput } from '../run-types.js'
import type { Station } from './station.js'

interface Named {
  readonly cluster: Cluster
  readonly stations: readonly Station[]
}

/** Cluster and stations with the names that machines keep; what facts tell of nodes and members is by the inventory's names. */
export function withOwnNames({ cluster, about = [] }: RunInput, stations: readonly Station[]): Named {
  if (![...cluster.nodes, ...about].some(({ hostName }) => hostName === 'keep')) return { cluster, stations }
  const seen: readonly Seen[] = stations.flatMap(({ node, facts }) => (facts ? [{ node, facts }] : []))
  const nodes = cluster.nodes.map((node) => withOwnName(node, seen))
  const all = [...nodes, ...about.map((node) => withOwnName(node, seen))]
  return {
    cluster: { ...cluster, nodes },
    stations: stations.map(({ node, facts, ...station }) => ({
      ...station,
      node: withOwnName(node, seen),
      ...(facts && { facts: { ...facts, kubernetes: byInventoryNames(facts.kubernetes, all) } }),
    })),
  }
}
