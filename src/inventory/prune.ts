import type * as z from 'zod'
import { type Path, valueAt } from './problem.js'

function remove(data: unknown, path: Path): void {
  const last = path.at(-1)
  if (path.length === 1 && typeof last === 'string' && Object.hasOwn(STAND_INS, last)) {
    Object.assign(data as object, { [last]: STAND_INS[last] })
    return
  }
  const parent = valueAt(data, path.slice(0, -1))
  if (typeof parent !== 'object' || parent === null || last === undefined) return
  if (Array.isArray(parent) && typeof last === 'number') parent.splice(last, 1)
  else Reflect.deleteProperty(parent, last)
}

function wrongPlaces(error: z.ZodError): readonly Path[] {
  const places = error.issues.flatMap((issue): Path[] => {
    const path = issue.path as Path
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]
  })
  // From the back, so that list positions stay what they were until they are used.
  return places.reverse()
}

// Wrong as they may be, nothing else depends on these two.
const STAND_INS: Readonly<Record<string, unknown>> = { cluster: 'unnamed', endpoint: {} }

/** What is left of wrong data. */
export interface Pruned<T> {
  readonly rest: T
  /** Position in the file of each node that is left. */
  readonly nodePositions: readonly number[]
}

/**
 * Takes everything wrong out of wrong data, so that the other checks can still speak of the rest. Undefined where a thing
 * the inventory cannot do without is among the wrong ones.
 */
export function prune<T>(schema: z.ZodType<T>, data: unknown): Pruned<T> | undefined {
  const rest = structuredClone(data)
  const nodes = (rest as { nodes?: unknown } | null)?.nodes
  const nodePositions = Array.isArray(nodes) ? nodes.map((_, index) => index) : []
  for (let round = 0; round < 8; round += 1) {
    const result = schema.safeParse(rest)
    if (result.success) return { rest: result.data, nodePositions }
    for (const wrong of wrongPlaces(result.error)) {
      // What is missing cannot be taken out: what misses it goes.
      const place = valueAt(rest, wrong) === undefined && wrong.length > 1 ? wrong.slice(0, -1) : wrong
      remove(rest, place)
      if (place.length === 2 && place[0] === 'nodes') nodePositions.splice(Number(place[1]), 1)
    }
  }
  return undefined
}
