import * as z from 'zod'
import { nodeSchema } from '../schema/node-schema.js'
import { type Path, valueAt } from './problem.js'
import { type Inventory, inventorySchema } from '../schema/schema.js'

// Here no node need be left.
const schema = inventorySchema.extend({ nodes: z.array(nodeSchema) })

/** What is left of wrong data. */
export interface Pruned {
  readonly rest: Inventory
  /** Position in the file of each node that is left. */
  readonly nodePositions: readonly number[]
}

/** A right value in place of a required one that is wrong or missing, where nothing else depends on what it is. */
function standIn([first, second, third, ...deeper]: Path): unknown {
  if (deeper.length > 0) return undefined
  if (first === 'nodes' && second === undefined) return []
  if (first === 'cluster') return 'unnamed'
  if (first === 'endpoint' && second === undefined) return {}
  if (first === 'nodes' && third === 'name') return `unnamed-${String(second)}`
  return first === 'nodes' && third === 'roles' ? ['worker'] : undefined
}

function takeOut(data: unknown, path: Path): void {
  const last = path.at(-1)
  const parent = valueAt(data, path.slice(0, -1))
  if (typeof parent !== 'object' || parent === null || last === undefined) return
  const instead = standIn(path)
  if (instead !== undefined) Object.assign(parent, { [last]: instead })
  else if (Array.isArray(parent) && typeof last === 'number') parent.splice(last, 1)
  else Reflect.deleteProperty(parent, last)
}

function placesOf(error: z.ZodError, data: unknown): readonly Path[] {
  const wrong = error.issues.flatMap((issue): Path[] => {
    const path = issue.path as Path
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
  })
  // What is missing cannot be taken out: what misses it goes.
  const known = (path: Path): boolean => valueAt(data, path) !== undefined || standIn(path) !== undefined
  const places = wrong.map((path) => (known(path) ? path : path.slice(0, -1)))
  const spelled = new Map(places.map((path) => [JSON.stringify(path), path]))
  const covered = (path: Path): boolean => path.some((_, length) => spelled.has(JSON.stringify(path.slice(0, length))))
  // From the back, so that list positions stay what they were until they are used.
  return [...spelled.values()].filter((path) => !covered(path)).reverse()
}

/**
 * Takes everything wrong out of wrong data, so that the other checks can still speak of the rest. Undefined where that
 * leaves nothing.
 */
export function prune(data: unknown): Pruned | undefined {
  const rest = structuredClone(data)
  const nodes = valueAt(rest, ['nodes'])
  const nodePositions = Array.isArray(nodes) ? nodes.map((_, index) => index) : []
  for (let round = 0; round < 8; round += 1) {
    const result = schema.safeParse(rest)
    if (result.success) return { rest: result.data, nodePositions }
    for (const place of placesOf(result.error, rest)) {
      takeOut(rest, place)
      if (place.length === 2 && place[0] === 'nodes') nodePositions.splice(Number(place[1]), 1)
    }
  }
  return undefined
}
