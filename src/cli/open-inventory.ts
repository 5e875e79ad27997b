import type { Cluster } from '../inventory/cluster.js'
import { loadInventory } from '../inventory/load.js'
import type { Guest } from '../inventory/parse.js'
import { renderProblems } from '../inventory/problem.js'
import { escapeControls } from './escape.js'

/** The inventory; what is doubtful about it goes to stderr. Throws INVENTORY_NOT_FOUND, INVENTORY_INVALID. */
export async function openInventory(path: string, guests: readonly Guest[] = []): Promise<Cluster> {
  const { cluster, warnings } = await loadInventory(path, guests)
  if (warnings.length > 0) process.stderr.write(`${escapeControls(renderProblems(warnings))}\n`)
  return cluster
}
