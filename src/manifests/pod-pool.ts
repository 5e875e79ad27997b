import { parseSubnet } from '../inventory/address.js'
import type { Cluster } from '../inventory/cluster.js'

/** Calico's pool of pod addresses. */
export interface PodPool {
  readonly name: string
  readonly cidr: string
  readonly family: 4 | 6
  /** Prefix of the blocks that nodes get of it; Calico's own defaults. */
  readonly blockSize: number
}

/** The pool that pods get their addresses from. */
export function podPool({ network }: Cluster): PodPool {
  const family = parseSubnet(network.podSubnet)?.family ?? 4
  return {
    name: `default-ipv${String(family)}-ippool`,
    cidr: network.podSubnet,
    family,
    blockSize: family === 4 ? 26 : 122,
  }
}
