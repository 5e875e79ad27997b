import { createHash } from 'node:crypto'
import type { Op, Plan, PlannedNode } from '../engine/plan/plan-types.js'
import { FORMAT_VERSION, type DocumentNode, type DocumentOp, type PlanDocument } from './plan-document.js'
import { applyWording, inWords, type Wording } from '../next-step.js'

/** What a plan by itself does not say: when and by what it was made. */
export interface Imprint {
  readonly planId: string
  readonly createdAt: Date
  readonly tool: { readonly name: string; readonly version: string }
  /** Left out: an apply of the inventory. */
  readonly asked?: Asked
  /** How next steps name that command; left out: an apply of the inventory. */
  readonly wording?: Wording
}

/** How a plan is called, and by which commands it is made and carried out. */
export type Asked = Pick<PlanDocument, 'command' | 'title'>

const APPLY: Asked = { command: { work: 'apply', look: 'plan' } }

/** What a look at the nodes brought, with or without a plan. */
export type Looked = Pick<PlanDocument, 'nodes' | 'unknown' | 'findings'>

/** How long a saved plan may be applied. */
export const LIFETIME_HOURS = 24

/**
 * The plan as a document; texts stand in it once. Deterministic but for the imprint and the seconds. What `redact` knows is in
 * none of it, nor in a digest of it.
 */
export function documentOf(
  plan: Plan,
  { planId, createdAt, tool, asked = APPLY, wording = applyWording(plan.cluster.inventoryPath) }: Imprint,
  redact: (text: string) => string = (text) => text,
): PlanDocument {
  const contents = new Map<string, string>()
  const keep = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined
    const clean = redact(text)
    const digest = createHash('sha256').update(clean).digest('hex')
    contents.set(digest, clean)
    return digest
  }
  const ops = plan.steps.flatMap((step) => step.ops).map((op) => documentOp(op, keep))
  const { cluster, summary, seconds, selectors } = plan
  const { nodes, unknown, findings } = lookedDocument(plan, wording)
  const document: PlanDocument = {
    formatVersion: FORMAT_VERSION,
    kind: 'plan',
    tool: { ...tool },
    planId,
    createdAt: createdAt.toISOString(),
    expiresAt: new Date(createdAt.getTime() + LIFETIME_HOURS * 3_600_000).toISOString(),
    intent: structuredClone(plan.intent ?? { kind: 'apply' }),
    ...asked,
    mode: plan.mode,
    cluster: {
      name: cluster.name,
      ...(plan.caHash === undefined ? {} : { caHash: plan.caHash }),
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
    nodes,
    steps: plan.steps.map(({ gates = [], atEnd, ops: own, ...step }) => ({
      ...step,
      gates: [...gates],
      ...(atEnd && { atEnd: [...atEnd] }),
      opIds: own.map((op) => op.id),
    })),
    ops,
    contents: Object.fromEntries([...contents].sort(([a], [b]) => (a < b ? -1 : 1))),
    unknown,
    findings,
    ...(plan.assumptions && { assumptions: [...plan.assumptions] }),
  }
  return withoutSecrets(document, redact)
}

/** Every text in it, wherever it stands, as `redact` leaves it. */
function withoutSecrets<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === 'string') return redact(value) as T
  if (Array.isArray(value)) return value.map((one: unknown) => withoutSecrets(one, redact)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets<unknown>(one, redact)])) as T
}

function documentOp(op: Op, keep: (text: string | undefined) => string | undefined): DocumentOp {
  // A secret has no text, nor a digest of one.
  const { before: old, after: next } = op.sensitive ? {} : op.change
  const [before, after] = [keep(old), keep(next)]
  const { downloads, units, ...rest } = op
  return {
    ...rest,
    ...(downloads === undefined ? {} : { downloads: [...downloads] }),
    ...(units === undefined ? {} : { units: [...units] }),
    dependsOn: [...op.dependsOn],
    pre: op.pre.map((one) => ({ ...one })),
    change: {
      ...(op.change.does && { does: [...op.change.does] }),
      summary: op.change.summary,
      notes: [...op.change.notes],
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  }
}

/** The same of what was only looked at, without a plan. */
export function lookedDocument(
  { nodes, unknown, findings }: Pick<Plan, 'nodes' | 'unknown' | 'findings'>,
  wording: Wording,
): Looked {
  return {
    nodes: nodes.map((node) => documentNode(node, wording)),
    unknown: unknown.map((one) => ({ ...one })),
    findings: findings.map((one) => ({ ...one, fix: inWords(one.fix, wording) })),
  }
}

function documentNode({ node, reachable, problems, ...known }: PlannedNode, wording: Wording): DocumentNode {
  return {
    name: node.name,
    address: node.address,
    roles: [...node.roles],
    reachable,
    problems: problems.map(({ code, message, hint }) => ({ code, message, fix: inWords(hint, wording) })),
    ...known,
  }
}
