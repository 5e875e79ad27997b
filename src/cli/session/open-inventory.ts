import type { Cluster } from '../../inventory/cluster.js'
import { loadInventory } from '../../inventory/read/load.js'
import type { Guest } from '../../inventory/read/parse.js'
import { renderProblems } from '../../inventory/read/problem.js'
import { escapeControls } from '../render/escape.js'

/** Commands whose plan says what is doubtful about the inventory. */
const PLANNING: readonly string[] = ['plan', 'apply', 'replace', 'drift']

/**
 * The inventory for a command, by its verb; what is doubtful about it goes to stderr, unless the plan of that command says it.
 * Throws INVENTORY_NOT_FOUND, INVENTORY_INVALID.
 */
export async function openInventory(path: string, verb: string, guests: readonly Guest[] = []): Promise<Cluster> {
  const { cluster, warnings } = await loadInventory(path, guests)
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  if (!PLANNING.includes(verb)) tellWarnings(warnings, say)
  return cluster
}

/** What is doubtful about the inventory, for who has no plan to read it in: one without changes says nothing of it. */
export function tellWarnings(warnings: Cluster['warnings'] = [], say: (text: string) => void): void {
  if (warnings.length > 0) say(escapeControls(renderProblems(warnings)))
}
