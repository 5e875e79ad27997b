import type { Cluster } from '../../src/inventory/cluster.js'
import { clusterOf } from '../inventory/lab.js'

/** A cluster with that Kubernetes minor, and lines of the inventory besides. */
export function clusterWith(minor: number, lines = ''): Cluster {
  return clusterOf(`cluster: lab
kubernetes: { version: 1.${String(minor)}.0 }
endpoint: { vip: 10.0.0.10 }
accept: [P24]
nodes:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
${lines}`)
}
