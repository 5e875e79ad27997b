import type { Facts } from '../../src/facts/facts.js'
import type { Cluster, Node, Role } from '../../src/inventory/cluster.js'
import { topologyOf, type Seen } from '../../src/topology.js'
import { preflight } from '../../src/checks/index.js'
import type { Finding } from '../../src/checks/finding.js'
import { cluster as plain, facts as bare, node as first } from '../steps/context.js'

const GIB = 1024 ** 3

function nodeOf(name: string, address: string, roles: readonly Role[]): Node {
  return { ...first, name, address, roles, ssh: { ...first.ssh, host: address } }
}

const NODES = [
  nodeOf('m1', '10.0.0.11', ['control-plane']),
  nodeOf('m2', '10.0.0.12', ['control-plane']),
  nodeOf('m3', '10.0.0.13', ['control-plane']),
  nodeOf('w1', '10.0.0.21', ['worker']),
]

/** Three masters and a worker. */
export function clusterOf(differs: Partial<Cluster>): Cluster {
  return { ...plain, nodes: NODES, ...differs }
}

/** Facts of a machine that every check is content with. */
export function soundFacts(node: Node, index: number): Facts {
  const id = `${index}`.repeat(4)
  return {
    ...bare,
    cpus: 4,
    memoryBytes: 8 * GIB,
    memoryAvailableBytes: 6 * GIB,
    filesystems: [{ path: '/var', mount: '/', totalBytes: 100e9, freeBytes: 80e9, freeInodePercent: 90 }],
    identity: { hostname: node.name, machineId: id, productUuid: id, bootId: id, macs: [`02:00:00:00:00:0${index}`] },
    addresses: [{ interface: 'eth0', address: node.address, prefix: 24 }],
    linkMacs: { eth0: `02:00:00:00:00:0${index}` },
    routes: [{ destination: '10.0.0.0/24', interface: 'eth0' }],
    vip: { held: false, interface: 'eth0', source: node.address },
    nameservers: ['10.0.0.1'],
    resolvers: { etc: ['10.0.0.1'] },
  }
}

/** Findings for sound machines of which some differ. */
export function findingsFor(
  differs: { readonly cluster?: Partial<Cluster>; readonly facts?: Readonly<Record<string, Partial<Facts>>> } = {},
): readonly Finding[] {
  const cluster = clusterOf(differs.cluster ?? {})
  const seen: readonly Seen[] = cluster.nodes.map((node, index) => ({
    node,
    facts: { ...soundFacts(node, index), ...differs.facts?.[node.name] },
  }))
  return preflight({ cluster, seen, topology: topologyOf(cluster, seen) })
}
