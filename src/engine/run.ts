import type { OsRelease, Cluster } from '../inventory/cluster.js'
import type { Step } from '../steps/step.js'
import type { Plan, Selectors } from './plan-types.js'
import type { Run, RunInput } from './run-types.js'

/** Connects to every selected node, looks, and plans. Throws only for what concerns all nodes; what one node lacks is in the plan. */
export function openRun(_input: RunInput): Promise<Run> {
  throw new Error('being written')
}

/** The plan against assumed fresh nodes of the declared OS: no SSH, nothing read, nothing written. `os` overrides the inventory's. */
export function planOffline(_input: {
  readonly cluster: Cluster
  readonly steps: readonly Step[]
  readonly selectors: Selectors
  readonly os?: OsRelease
}): Plan {
  throw new Error('being written')
}
