import { readFile } from 'node:fs/promises'
import { errnoOf, messageOf, TripodError } from '../../errors.js'
import type { Cluster } from '../cluster.js'
import { type Guest, parseInventory } from './parse.js'
import { type InventoryProblem, renderProblems } from './problem.js'

/** A valid inventory and what is doubtful about it. */
export interface LoadedInventory {
  readonly cluster: Cluster
  readonly warnings: readonly InventoryProblem[]
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'its permissions forbid reading it',
  EISDIR: 'it is a directory',
}

async function read(path: string): Promise<string> {
  try {
    // Bytes that are no UTF-8 would silently become other characters.
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (error) {
    if (error instanceof TypeError) {
      throw new TripodError('INVENTORY_INVALID', `${path} is not a text in UTF-8`, 'Save it as UTF-8.', {
        cause: error,
      })
    }
    const code = errnoOf(error)
    const reason = REASONS[code] ?? messageOf(error)
    const hint = 'Pass its path with -i FILE or TRIPOD_INVENTORY, or write one: tripod init'
    throw new TripodError('INVENTORY_NOT_FOUND', `the inventory ${path} cannot be read: ${reason}`, hint, {
      cause: error,
    })
  }
}

/** Reads and checks an inventory file; guests are nodes of the cluster as if it named them. Throws INVENTORY_NOT_FOUND, or INVENTORY_INVALID with every problem in its message. */
export async function loadInventory(path: string, guests: readonly Guest[] = []): Promise<LoadedInventory> {
  const result = parseInventory(await read(path), path, { guests })
  if (result.ok) return { cluster: result.cluster, warnings: result.warnings }
  const errors = result.problems.filter((problem) => problem.severity === 'error').length
  const count = `${String(errors)} ${errors === 1 ? 'error' : 'errors'}`
  const message = `${path} has ${count}\n${renderProblems(result.problems)}`
  throw new TripodError('INVENTORY_INVALID', message, `Correct the places above, then run: tripod validate -i ${path}`)
}
