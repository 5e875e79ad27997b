import type { Cluster } from '../inventory/cluster.js'
import { loadInventory } from '../inventory/load.js'
import type { Guest } from '../inventory/parse.js'
import { renderProblems } from '../inventory/problem.js'
import { escapeControls } from './escape.js'

/** Commands whose plan says what is doubtful about the inventory. */
const PLANNING: readonly string[] = ['plan', 'apply', 'replace', 'drift']

/**
 * The inventory for a command, by its verb; what is doubtful about it goes to stderr, unless the plan of that command says it.
 * Throws INVENTORY_NOT_FOUND, INVENTORY_INVALID.
 */
export async function openInventory(path: string, verb: string, guests: readonly Guest[] = []): Promise<Cluster> {
  const { cluster, warnings } = await loadInventory(path, guests)
  if (warnings.length > 0 && !PLANNING.includes(verb))
    process.stderr.write(`${escapeControls(renderProblems(warnings))}\n`)
  return cluster
}
