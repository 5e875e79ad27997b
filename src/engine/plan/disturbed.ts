import type { Op } from './plan-types.js'

type Disturbing = Pick<Op, 'id' | 'node' | 'disruption'> & {
  readonly units?: readonly string[] | undefined
}

/**
 * How often that happens: each unit of each node counts once, however many ops come to it, for a package that restarted its
 * daemon has put the new configuration in force too. An op that names no unit counts for itself.
 */
export function disturbed(ops: readonly Disturbing[], disruption: Op['disruption']): number {
  const hit = ops
    .filter((op) => op.disruption === disruption)
    .flatMap(({ id, units, node }) => units?.map((unit) => `${node}:service:${unit}`) ?? [id])
  return new Set(hit).size
}
