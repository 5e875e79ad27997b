import type { KeyRenewal } from '../facts/key-life.js'
import type { Cluster } from '../inventory/cluster.js'
import type { Seen, Topology } from '../topology.js'
import type { Finding } from './finding.js'

/** What checks look at: all nodes that answered. */
export interface CheckContext {
  readonly cluster: Cluster
  readonly seen: readonly Seen[]
  readonly topology: Topology
  /** Left out where it cannot be told which they are, or will be. */
  readonly authorities?: object
  /** What the sources of signing keys that end soon have; left out where nobody looked. */
  readonly renewals?: readonly KeyRenewal[]
  /** The machines are assumed, none was looked at. */
  readonly offline?: true
}

/** Pure: findings only, no access to anything. */
export type Check = (context: CheckContext) => readonly Finding[]

/** `m1`, `m1 and m2`, `m1, m2 and m3`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}
