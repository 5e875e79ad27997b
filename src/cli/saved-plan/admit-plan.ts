import { resolve } from 'node:path'
import type { PlanDocument } from '../../document/plan-document.js'
import { TripodError } from '../../errors.js'
import type { Cluster } from '../../inventory/cluster.js'
import { loadInventory } from '../../inventory/read/load.js'
import { planAgain } from '../session/plan-commands.js'
import type { SelectorFlags } from '../app/selectors.js'
import { selectorsOf } from '../app/selectors.js'

interface Given extends SelectorFlags {
  /** Only where it stands on the command line. */
  readonly inventory?: string | undefined
}

/** A plan says itself for which inventory and nodes it is; flags beside it may repeat that, and nothing else. Throws USAGE. */
export function refuseOtherTarget(plan: PlanDocument, given: Given): void {
  const other = otherThan(plan, given)
  if (other === undefined) return
  throw new TripodError(
    'USAGE',
    `${other} is not what the plan was made with`,
    'Leave it out: the plan names it itself.',
  )
}

function otherThan({ cluster, selectors }: PlanDocument, given: Given): string | undefined {
  const { inventory } = given
  if (inventory !== undefined && resolve(inventory) !== resolve(cluster.inventoryPath)) return `-i ${inventory}`
  const { nodes, skipNodes, steps } = selectorsOf(given)
  const rows = [
    ['--node', nodes, selectors.nodes],
    ['--skip-node', skipNodes, selectors.skipNodes],
    ['--step', steps, selectors.steps],
  ] as const
  const row = rows.find(([, words, planned]) => words !== undefined && words.join('\n') !== planned?.join('\n'))
  return row && `${row[0]} ${row[1]?.join(' ') ?? ''}`
}

export interface Admission {
  /** Name of the plan's file. */
  readonly file: string
  readonly now: Date
  /** Of this tripod. */
  readonly version: string
}

/**
 * What can be told before any machine is asked: the plan is of this major version, can be applied, has not expired, and the
 * inventory, which it gives, is the one it was made from. Throws PLAN_INVALID, PREFLIGHT_FAILED, PLAN_EXPIRED, PLAN_OTHER_CLUSTER, PLAN_STALE.
 */
export async function admitPlan(plan: PlanDocument, { file, now, version }: Admission): Promise<Cluster> {
  const again = planAgain(plan, file)
  if (majorOf(plan.tool.version) !== majorOf(version))
    throw new TripodError('PLAN_INVALID', `${file} was made by tripod ${plan.tool.version}; this is ${version}`, again)
  if (!plan.applyable) throw notApplyable(plan, file, again)
  if (new Date(plan.expiresAt) <= now)
    throw new TripodError('PLAN_EXPIRED', `${file} expired at ${plan.expiresAt}. Nothing was changed.`, again)
  const { cluster } = await loadInventory(plan.cluster.inventoryPath).catch((error: unknown) => {
    throw notThere(plan, error)
  })
  refuseOtherInventory(plan, cluster, again)
  return cluster
}

const majorOf = (version: string): string => version.split('.')[0] ?? ''

function notApplyable({ mode }: PlanDocument, file: string, again: string): TripodError {
  const why =
    mode === 'offline' ? 'it was made without looking at any machine' : 'what it names with ! stands in its way'
  return new TripodError(
    'PREFLIGHT_FAILED',
    `${file} can be shown but not applied: ${why}. Nothing was changed.`,
    again,
  )
}

function notThere({ cluster: { inventoryPath } }: PlanDocument, error: unknown): unknown {
  if (!(error instanceof TripodError) || error.code !== 'INVENTORY_NOT_FOUND') return error
  const hint = `The plan was made from ${inventoryPath}: run this where that path leads to it.`
  return new TripodError(error.code, error.message, hint, error.detail)
}

function refuseOtherInventory(
  { cluster: { name, inventoryPath }, inputs }: PlanDocument,
  found: Cluster,
  again: string,
): void {
  if (found.name !== name) {
    const message = `the plan is for the cluster ${name}, but ${inventoryPath} describes ${found.name}. Nothing was changed.`
    throw new TripodError('PLAN_OTHER_CLUSTER', message, again)
  }
  if (found.inventoryDigest === inputs.inventoryDigest) return
  const [then, now] = [inputs.inventoryDigest, found.inventoryDigest].map((digest) => digest.slice(0, 8))
  const message = `${inventoryPath} changed since the plan was made (sha256 ${then ?? ''}, now ${now ?? ''}). Nothing was changed.`
  throw new TripodError('PLAN_STALE', message, again)
}
