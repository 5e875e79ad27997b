import type { Endpoint, Node } from './cluster.js'

/** Whether a control plane runs on that node, or is to. */
export function isMaster({ roles }: Pick<Node, 'roles'>): boolean {
  return roles.includes('control-plane')
}

/** A master or worker: it runs a kubelet, which a host that is a load balancer alone does not. */
export function joinsCluster({ roles }: Pick<Node, 'roles'>): boolean {
  return roles.some((role) => role !== 'load-balancer')
}

/** Whether HAProxy and keepalived run on that node (domain reference 2.1): on hosts of their own, on the masters, or nowhere. */
export function carriesBalancer({ roles }: Pick<Node, 'roles'>, { layout }: Endpoint): boolean {
  if (layout === 'external') return false
  return roles.includes(layout === 'L1' ? 'load-balancer' : 'control-plane')
}
