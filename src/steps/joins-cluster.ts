import type { Node } from '../inventory/cluster.js'

/** A master or worker: it runs a kubelet, which a host that is a load balancer alone does not. */
export function joinsCluster({ roles }: Node): boolean {
  return roles.some((role) => role !== 'load-balancer')
}
