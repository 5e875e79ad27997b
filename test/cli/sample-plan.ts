import { documentOf, type Imprint } from '../../src/document/document-of.js'
import type { PlanDocument } from '../../src/document/plan-document.js'
import { summarise } from '../../src/engine/apply/summary.js'
import type { Op, Plan, PlannedNode, PlannedStep } from '../../src/engine/plan/plan-types.js'
import { parseInventory } from '../../src/inventory/read/parse.js'
import type { Cluster } from '../../src/inventory/cluster.js'

const INVENTORY = `
cluster: lab
kubernetes: { version: 1.36.4 }
endpoint: { vip: 10.0.0.10 }
nodes:
  - { name: m1, address: 10.0.0.11, roles: [control-plane] }
  - { name: m2, address: 10.0.0.12, roles: [control-plane] }
  - { name: m3, address: 10.0.0.13, roles: [control-plane] }
  - { name: w1, address: 10.0.0.21, roles: [worker] }
`

/** Three masters and a worker. */
export function sampleCluster(): Cluster {
  const result = parseInventory(INVENTORY, 'lab.yaml')
  if (!result.ok) throw new Error('the sample inventory is not valid')
  return result.cluster
}

/** An op that creates a file on m1, but for what is given. */
export function sampleOp(op: Partial<Op> & Pick<Op, 'name'>): Op {
  const { node = 'm1', kind = 'file' } = op
  return {
    id: `${node}:${kind}:${op.name}`,
    step: 'kernel',
    node,
    kind,
    action: 'create',
    certainty: 'sure',
    disruption: 'none',
    reason: { code: 'missing', text: 'is not there' },
    dependsOn: [],
    pre: [],
    change: { summary: '0644 root:root', notes: [] },
    sensitive: false,
    ...op,
  }
}

/** The same op on several nodes. */
export function onNodes(nodes: readonly string[], op: Partial<Op> & Pick<Op, 'name'>): readonly Op[] {
  return nodes.map((node) => sampleOp({ ...op, node }))
}

export function sampleStep(id: string, ops: readonly Op[]): PlannedStep {
  return { id, title: `Title of ${id}`, ops: ops.map((op) => ({ ...op, step: id })) }
}

/** A plan that was read from all four nodes, but for what is given; its summary counts its ops. */
export function samplePlan(steps: readonly PlannedStep[], plan: Partial<Plan> = {}): Plan {
  const cluster = sampleCluster()
  const nodes = plan.nodes ?? cluster.nodes.map((node): PlannedNode => ({ node, reachable: true, problems: [] }))
  return {
    cluster,
    mode: 'online',
    complete: true,
    applyable: true,
    selectors: {},
    nodes,
    steps,
    unknown: [],
    findings: [],
    summary: summarise(
      steps.flatMap((step) => step.ops),
      nodes,
    ),
    seconds: 0.94,
    ...plan,
  }
}

/** Made by a tripod 0.1.0 on a certain day. */
export const SAMPLE_IMPRINT: Imprint = {
  planId: '0b8e6f0e-6c6b-4d7e-9f0a-2f4f5a1c9d11',
  createdAt: new Date('2026-01-02T03:04:05Z'),
  tool: { name: 'tripod', version: '0.1.0' },
}

/** `samplePlan` as a document. */
export function sampleDocument(steps: readonly PlannedStep[], plan: Partial<Plan> = {}): PlanDocument {
  return documentOf(samplePlan(steps, plan), SAMPLE_IMPRINT)
}
