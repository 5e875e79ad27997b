import { createHash } from 'node:crypto'
import type { Op, Plan, PlannedNode } from '../engine/plan-types.js'
import { FORMAT_VERSION, type DocumentNode, type DocumentOp, type PlanDocument } from './plan-document.js'

/** What a plan by itself does not say: when and by what it was made. */
export interface Imprint {
  readonly planId: string
  readonly createdAt: Date
  readonly tool: { readonly name: string; readonly version: string }
}

/** How long a saved plan may be applied. */
export const LIFETIME_HOURS = 24

/** The plan as a document; texts stand in it once. Deterministic but for the imprint and the seconds. */
export function documentOf(plan: Plan, { planId, createdAt, tool }: Imprint): PlanDocument {
  const contents = new Map<string, string>()
  const keep = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined
    const digest = createHash('sha256').update(text).digest('hex')
    contents.set(digest, text)
    return digest
  }
  const ops = plan.steps.flatMap((step) => step.ops).map((op) => documentOp(op, keep))
  const { cluster, summary, seconds, selectors } = plan
  return {
    formatVersion: FORMAT_VERSION,
    kind: 'plan',
    tool: { ...tool },
    planId,
    createdAt: createdAt.toISOString(),
    expiresAt: new Date(createdAt.getTime() + LIFETIME_HOURS * 3_600_000).toISOString(),
    mode: plan.mode,
    cluster: {
      name: cluster.name,
      endpoint: {
        host: cluster.endpoint.host,
        port: cluster.endpoint.port,
        layout: cluster.endpoint.layout,
        ...(cluster.endpoint.vip === undefined ? {} : { vip: cluster.endpoint.vip }),
      },
      inventoryPath: cluster.inventoryPath,
      nodes: cluster.nodes.map(({ name, address, roles }) => ({ name, address, roles: [...roles] })),
    },
    complete: plan.complete,
    applyable: plan.applyable,
    inputs: { inventoryDigest: cluster.inventoryDigest, kubernetes: cluster.kubernetes.version },
    selectors: structuredClone(selectors) as PlanDocument['selectors'],
    summary: { ...summary },
    seconds,
    nodes: plan.nodes.map(documentNode),
    steps: plan.steps.map(({ id, title, gates = [], ops: own }) => ({
      id,
      title,
      gates: [...gates],
      opIds: own.map((op) => op.id),
    })),
    ops,
    contents: Object.fromEntries([...contents].sort(([a], [b]) => (a < b ? -1 : 1))),
    unknown: plan.unknown.map((one) => ({ ...one })),
    findings: plan.findings.map((one) => ({ ...one })),
  }
}

function documentOp(op: Op, keep: (text: string | undefined) => string | undefined): DocumentOp {
  const [before, after] = [keep(op.change.before), keep(op.change.after)]
  return {
    ...op,
    dependsOn: [...op.dependsOn],
    pre: op.pre.map((one) => ({ ...one })),
    change: {
      summary: op.change.summary,
      notes: [...op.change.notes],
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  }
}

function documentNode({ node, reachable, problems, os, state }: PlannedNode): DocumentNode {
  return {
    name: node.name,
    address: node.address,
    roles: [...node.roles],
    reachable,
    problems: problems.map(({ code, message, hint }) => ({ code, message, fix: hint })),
    ...(os === undefined ? {} : { os }),
    ...(state === undefined ? {} : { state }),
  }
}
