import type { Node } from './cluster.js'

/**
 * What the node is called in the cluster, by etcd and in /etc/hosts: its name in the inventory, or with `hostName: keep` what the
 * machine calls itself. Undefined: nobody has told what that is.
 */
export function nodeName({ name, hostName, ownName }: Pick<Node, 'name' | 'hostName' | 'ownName'>): string | undefined {
  return hostName === 'keep' ? ownName : name
}

/** For a node that was looked at, or assumed: its name is known then. */
export function knownName(node: Pick<Node, 'name' | 'hostName' | 'ownName'>): string {
  return nodeName(node) ?? node.name
}
