import { z } from 'zod'
import { intentSchema } from '../operations/intents.js'
import { DISRUPTIONS } from '../resources/resource.js'

export { FORMAT_VERSION } from './headed.js'

export const action = z.enum(['create', 'update', 'replace', 'delete', 'run'])
export const disruption = z.enum(DISRUPTIONS)
const count = z.int().nonnegative()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const instant = z.iso.datetime().meta({ description: 'UTC.' })

const op = z.object({
  id: z.string().meta({ description: 'Stable: m1:file:/etc/containerd/config.toml, with the node on which it runs.' }),
  step: z.string(),
  node: z.string().meta({ description: 'The node that it is about.' }),
  host: z.string().optional().meta({ description: 'The node on which it runs, if that is another one.' }),
  kind: z.enum(['file', 'edit', 'access', 'package', 'service', 'command', 'manifest']),
  name: z.string().meta({ description: 'Path, package, unit, command, or kind and name of an object.' }),
  set: z.string().optional().meta({ description: 'Of an object: the set of manifests that it came with.' }),
  action,
  certainty: z.enum(['sure', 'maybe']),
  decidedBy: z.string().optional().meta({ description: 'An op id, or facts in an offline plan.' }),
  disruption,
  units: z
    .array(z.string())
    .optional()
    .meta({ description: 'The units that restart, reload or stop; left out: not known by name.' }),
  reason: z.object({
    code: z.enum(['missing', 'differs', 'drift', 'unfinished', 'owed', 'leftover']),
    text: z.string(),
  }),
  dependsOn: z.array(z.string()),
  pre: z.array(z.object({ subject: z.string(), expect: z.string() })).meta({
    description:
      'What must still be so when the plan is applied: a digest, a version, a state; never a hash of a secret.',
  }),
  change: z.object({
    does: z.array(z.string()).optional().meta({
      description: 'For programs: the verbs of systemctl for a service; install, hold or remove for a package.',
    }),
    summary: z.string(),
    before: sha256.optional().meta({ description: 'Key of `contents`; left out where secret, or not a text.' }),
    after: sha256.optional(),
    notes: z.array(z.string()),
  }),
  undo: z
    .string()
    .optional()
    .meta({ description: 'What takes it back; "nothing" where nothing need be, or "impossible".' }),
  downloads: z.array(z.string()).optional().meta({
    description:
      'Addresses and registries it fetches from; `distribution` for the package sources that the machine has.',
  }),
  estimateSeconds: z.number().nonnegative().optional().meta({ description: 'Rough; left out: over at once.' }),
  sensitive: z.boolean(),
})

const finding = z.object({
  id: z.string().meta({ description: 'The number of the check, stable: P05.' }),
  severity: z.enum(['fatal', 'warning']),
  node: z.string().optional(),
  message: z.string(),
  fix: z.string(),
  accepted: z.literal(true).optional().meta({ description: 'Let through by `accept` in the inventory.' }),
})

const leaver = z.object({
  name: z.string(),
  address: z.string(),
  roles: z.array(z.enum(['control-plane', 'worker', 'load-balancer'])),
})

const node = leaver.extend({
  reachable: z.boolean(),
  os: z.string().optional(),
  state: z.string().optional().meta({ description: 'Where it stands as a member of the cluster.' }),
  hostKey: z.string().optional().meta({ description: 'SHA256:...' }),
  machineId: z.string().optional(),
  bootId: z.string().optional(),
  problems: z.array(z.object({ code: z.string(), message: z.string(), fix: z.string() })),
})

/** The plan as data: what is saved, shown in every format, and compared before it is applied. It holds no secret. */
export const planDocumentSchema = z
  .object({
    formatVersion: z.string(),
    kind: z.literal('plan'),
    tool: z.object({ name: z.string(), version: z.string() }),
    planId: z.string(),
    createdAt: instant,
    expiresAt: instant,
    intent: intentSchema.meta({ description: 'What it is for.' }),
    command: z
      .object({ work: z.string(), look: z.string() })
      .meta({ description: 'The words after `tripod` that carry such a plan out, and that only make it.' }),
    title: z.string().optional().meta({ description: 'What it is called, if it is not an apply: `REMOVES w2`.' }),
    mode: z.enum(['online', 'offline']),
    cluster: z.object({
      name: z.string(),
      caHash: z.string().optional().meta({ description: 'sha256:..., as kubeadm join takes it.' }),
      endpoint: z.object({
        host: z.string(),
        port: z.int(),
        vip: z.string().optional(),
        layout: z.enum(['L1', 'L2', 'L3', 'external']),
      }),
      inventoryPath: z.string(),
      // All of the inventory, also those that selectors left out.
      nodes: z.array(leaver),
    }),
    complete: z.boolean().meta({ description: 'false: selectors left something out.' }),
    applyable: z.boolean(),
    inputs: z.object({
      inventoryDigest: sha256,
      kubernetes: z.string().meta({ description: 'Version.' }),
    }),
    selectors: z.object({
      nodes: z.array(z.string()).optional(),
      skipNodes: z.array(z.string()).optional(),
      steps: z.array(z.string()).optional(),
    }),
    summary: z.object({
      create: count,
      update: count,
      replace: count,
      delete: count,
      run: count,
      maybe: count,
      restarts: count,
      reboots: count,
      dataLoss: count,
      nodesChanged: count,
      nodesTotal: count,
      nodesUnreachable: count,
    }),
    seconds: z.number().nonnegative().meta({ description: 'How long connecting and looking took.' }),
    nodes: z.array(node),
    steps: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        why: z.string().optional(),
        rollout: z.enum(['parallel', 'serial']).optional().meta({ description: 'serial: one node at a time.' }),
        gates: z.array(z.string()).meta({ description: 'What is checked around the step.' }),
        atEnd: z.array(z.string()).optional().meta({ description: 'What the run does at its end, even if it fails.' }),
        opIds: z.array(z.string()),
      }),
    ),
    ops: z.array(op),
    contents: z
      .record(z.string(), z.string())
      .meta({ description: 'Texts by their sha256; each stands once, however many nodes get it.' }),
    unknown: z.array(z.object({ node: z.string(), step: z.string(), resource: z.string(), reason: z.string() })),
    findings: z.array(finding),
    assumptions: z
      .array(z.string())
      .optional()
      .meta({ description: 'Of an offline plan: what it takes for granted of the machines.' }),
  })
  .meta({ title: 'tripod plan', description: 'What `tripod plan --out` writes and `tripod plan --json` prints.' })

/** See `planDocumentSchema`. */
export type PlanDocument = z.infer<typeof planDocumentSchema>
export type DocumentOp = PlanDocument['ops'][number]
export type DocumentNode = PlanDocument['nodes'][number]
export type DocumentStep = PlanDocument['steps'][number]
