import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { checkContainerd } from '../check/check-containerd.js'
import { checkEndpoint } from '../check/check-endpoint.js'
import { checkReadinessFlags } from '../check/check-readiness-flags.js'
import { checkNetworks } from '../check/check-networks.js'
import { checkNodes, checkNumbers } from '../check/check-nodes.js'
import { checkProxy } from '../check/check-proxy.js'
import { checkSecrets } from '../check/check-secrets.js'
import { checkSources } from '../check/check-sources.js'
import { checkSubnets } from '../check/check-subnets.js'
import { checkVersions } from '../check/check-versions.js'
import type { Cluster, Node } from '../cluster.js'
import { readDocument } from './document.js'
import { normalise } from '../normalise/normalise.js'
import type { Surroundings } from '../normalise/normalise-ssh.js'
import type { Finding, InventoryProblem } from './problem.js'
import { prune } from './prune.js'
import { explainIssue } from '../schema/schema-findings.js'
import { type Inventory, inventorySchema } from '../schema/schema.js'

/** Everything besides the text that the result depends on. */
export interface ParseContext extends Surroundings {
  /** Machines besides those of the text: reached as it says of all. */
  readonly guests?: readonly Guest[]
  /** Decides what is out of support. */
  readonly today: Date
}

/** A machine that the inventory does not name, and that is dealt with all the same. */
export type Guest = Pick<Node, 'name' | 'address' | 'roles'>

export type ParseResult =
  | { readonly ok: true; readonly cluster: Cluster; readonly warnings: readonly InventoryProblem[] }
  | { readonly ok: false; readonly problems: readonly InventoryProblem[] }

function contextOf(path: string): ParseContext {
  return { directory: dirname(resolve(path)), home: homedir(), today: new Date() }
}

// What can be said even where other parts of the inventory are wrong.
function checkParts(inventory: Inventory, today: Date): readonly Finding[] {
  return [
    ...checkNodes(inventory),
    ...checkSubnets(inventory),
    ...checkNetworks(inventory),
    ...checkVersions(inventory, today),
    ...checkSources(inventory),
    ...checkContainerd(inventory),
    ...checkSecrets(inventory),
  ]
}

function checkRest(data: unknown, today: Date): readonly Finding[] {
  const pruned = prune(data)
  if (!pruned) return []
  return checkParts(pruned.rest, today).map((finding) => {
    const [list, index, ...rest] = finding.path
    if (list !== 'nodes' || typeof index !== 'number') return finding
    return { ...finding, path: ['nodes', pruned.nodePositions[index] ?? index, ...rest] }
  })
}

function readData(data: unknown, today: Date): { inventory?: Inventory; findings: readonly Finding[] } {
  const result = inventorySchema.safeParse(data)
  if (result.success) {
    const { data: inventory } = result
    const findings = [
      ...checkParts(inventory, today),
      ...checkEndpoint(inventory),
      ...checkProxy(inventory),
      ...checkReadinessFlags(inventory),
      ...checkNumbers(inventory),
    ]
    return { inventory, findings }
  }
  return { findings: [...result.error.issues.flatMap((issue) => explainIssue(issue, data)), ...checkRest(data, today)] }
}

function withGuests(inventory: Inventory, guests: readonly Guest[]): Inventory {
  const named = new Set(inventory.nodes.map(({ name }) => name))
  const added = guests.filter(({ name }) => !named.has(name))
  const nodes = added.map(({ name, address, roles }) => ({ name, address, roles: [...roles], labels: {}, taints: [] }))
  return { ...inventory, nodes: [...inventory.nodes, ...nodes] }
}

/** Reads the text of an inventory. All that is wrong with it comes back at once, with its place; nothing is thrown. */
export function parseInventory(text: string, path: string, given: Partial<ParseContext> = {}): ParseResult {
  const context = { ...contextOf(path), ...given }
  const document = readDocument(text, path)
  const read = document.data === undefined ? { findings: [] } : readData(document.data, context.today)
  const problems = [...document.problems, ...read.findings.map((finding) => document.locate(finding))]
  if (!read.inventory || problems.some((problem) => problem.severity === 'error')) return { ok: false, problems }
  const inventory = withGuests(read.inventory, context.guests ?? [])
  const cluster = normalise(inventory, { ...context, path, text })
  return { ok: true, cluster: { ...cluster, ...(problems.length > 0 && { warnings: problems }) }, warnings: problems }
}
