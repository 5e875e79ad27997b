import type { Node } from '../inventory/cluster.js'
import type { Facts, KubernetesFacts } from './facts.js'
import { hasJoined } from './kubeadm-files.js'

type Named = Pick<Node, 'name' | 'address' | 'hostName' | 'ownName'>

interface Seen {
  readonly node: Pick<Node, 'name'>
  readonly facts: Facts
}

/**
 * The node with what its machine calls itself, where that is kept (`hostName: keep`). Of one that has joined, the block in its
 * /etc/hosts has the name under which it joined, whatever it is called since; of one that was not looked at, the blocks of others.
 */
export function withOwnName<One extends Named>(node: One, seen: readonly Seen[]): One {
  if (node.hostName !== 'keep') return node
  const ownName = nameIn(seen, node)
  return ownName === undefined ? node : { ...node, ownName }
}

function nameIn(seen: readonly Seen[], { name, address }: Named): string | undefined {
  const own = seen.find(({ node }) => node.name === name)?.facts
  const told = (facts: Facts): readonly string[] =>
    facts.hostsBlock.flatMap((line) => (line.address === address ? line.names.slice(0, 1) : []))
  if (own === undefined) return seen.flatMap(({ facts }) => told(facts))[0]
  // The kubelet and kubeadm take it in lower case. Source: k8s.io/kubernetes/pkg/util/node, GetHostname.
  const called = own.identity.hostname.toLowerCase()
  return hasJoined(own.kubernetes) ? (told(own)[0] ?? called) : called
}

/** What the cluster told of its nodes, by the names of the inventory. */
export function byInventoryNames(kubernetes: KubernetesFacts, nodes: readonly Named[]): KubernetesFacts {
  const inventoryName = inventoryNamesOf(nodes)
  const { nodes: told, readyNodes, kubeletVersions, members } = kubernetes
  return {
    ...kubernetes,
    ...(told && { nodes: told.map(inventoryName) }),
    ...(readyNodes && { readyNodes: readyNodes.map(inventoryName) }),
    ...(kubeletVersions && {
      kubeletVersions: Object.fromEntries(
        Object.entries(kubeletVersions).map(([name, version]) => [inventoryName(name), version]),
      ),
    }),
    ...(members && { members: members.map((member) => ({ ...member, name: inventoryName(member.name) })) }),
  }
}

/** From the name of a Node, or of a member of etcd, to that of the inventory; one that it does not name stays as it is. */
export function inventoryNamesOf(nodes: readonly Named[]): (name: string) => string {
  const names = new Map(nodes.flatMap(({ name, ownName }) => (ownName === undefined ? [] : [[ownName, name] as const])))
  return (name) => names.get(name) ?? name
}
