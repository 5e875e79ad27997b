import type { Resource } from '../../resources/resource.js'
import type { Change } from '../plan/plan-node.js'
import type { RunInput } from '../run-types.js'
import type { KnownStation } from '../observe/station.js'

export interface ActContext {
  readonly input: RunInput
  readonly station: KnownStation
  /** All resources of the step: a file that a unit runs with takes its stamp away first. */
  readonly resources: readonly Resource[]
}

export type Batch = readonly [Change, ...Change[]]

/** Neighbours that one round trip can carry out together: files in one write, packages in one transaction. */
export function batches(changes: readonly Change[]): readonly Batch[] {
  const result: [Change, ...Change[]][] = []
  for (const change of changes) {
    const last = result.at(-1)
    if (last && change.act.do !== 'run' && last[0].act.do === change.act.do) last.push(change)
    else result.push([change])
  }
  return result
}

/** `package containerd, runc`: for messages. */
export function namesOf([first, ...rest]: Batch): string {
  return [`${first.op.kind} ${first.op.name}`, ...rest.map(({ op }) => op.name)].join(', ')
}
