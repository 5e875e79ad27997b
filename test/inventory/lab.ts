import { parseInventory, type ParseContext } from '../../src/inventory/read/parse.js'
import type { Cluster } from '../../src/inventory/cluster.js'
import { type InventoryProblem, renderProblems } from '../../src/inventory/read/problem.js'

/** A small inventory as a user would write it. */
export const LAB = `cluster: lab
kubernetes:
  version: 1.36.4
endpoint:
  vip: 10.0.0.10
ssh:
  user: ops
  identityFile: ~/.ssh/id_ed25519
nodes:
  - name: m1
    address: 10.0.0.11
    roles: [control-plane]
  - name: m2
    address: 10.0.0.12
    roles: [control-plane]
  - name: m3
    address: 10.0.0.13
    roles: [control-plane]
`

/** A fixed day and fixed directories, so that no result depends on where and when the tests run. */
export const CONTEXT: ParseContext = {
  directory: '/home/ops/clusters',
  home: '/home/ops',
  today: new Date('2026-11-20T12:00:00Z'),
}

/** The cluster of a text that must be valid. */
export function clusterOf(text: string): Cluster {
  const result = parseInventory(text, 'inventory.yaml', CONTEXT)
  if (!result.ok) throw new Error(renderProblems(result.problems))
  return result.cluster
}

/** Everything that is said about a text, errors and warnings. */
export function problemsOf(text: string): readonly InventoryProblem[] {
  const result = parseInventory(text, 'inventory.yaml', CONTEXT)
  return result.ok ? result.warnings : result.problems
}
