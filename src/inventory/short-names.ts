import type { Cluster } from './cluster.js'
import { nodeName } from './node-name.js'

/**
 * Short name of each node that has a dotted one, by the whole name: `cp1` for `cp1.example.com`. Left out where it could mean
 * something else: another node, the endpoint, the machine itself, or, being a number, an address.
 */
export function shortNames({ nodes, endpoint }: Pick<Cluster, 'nodes' | 'endpoint'>): ReadonlyMap<string, string> {
  const names = nodes.flatMap((node) => nodeName(node) ?? [])
  const counts = new Map<string, number>()
  for (const name of names) counts.set(firstLabel(name), (counts.get(firstLabel(name)) ?? 0) + 1)
  const isFree = (short: string): boolean =>
    counts.get(short) === 1 && short !== endpoint.host && short !== 'localhost' && !/^[0-9]+$/.test(short)
  return new Map(
    names.flatMap((name) => {
      const short = firstLabel(name)
      return short !== name && isFree(short) ? [[name, short] as const] : []
    }),
  )
}

/** A name without dots is its own. */
const firstLabel = (name: string): string => name.split('.')[0] ?? name
