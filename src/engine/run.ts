import { applyPlan } from './apply/apply.js'
import { assemble } from './plan/assemble.js'
import { lastWritten } from './apply/last-written.js'
import { narrowed } from './plan/narrow.js'
import { connectAll, observe } from './observe/observe.js'
import type { Run, RunInput } from './run-types.js'
import { selectNodes, selectSteps } from './plan/select.js'
import { closeAll } from './observe/station.js'

export { planOffline } from './plan/offline.js'

/** Connects to every selected node, looks, and plans. Throws only for what concerns all nodes; what one node lacks is in the plan. */
export async function openRun(input: RunInput): Promise<Run> {
  const started = performance.now()
  const steps = selectSteps(input.steps, input.selectors)
  const stations = await connectAll(input, selectNodes(input.cluster, input.selectors))
  const close = async (): Promise<void> => {
    await closeAll(stations)
  }
  try {
    const seen = await observe(input, steps, stations)
    const { findings, plans, context } = seen
    const parts = {
      cluster: input.cluster,
      intent: input.intent,
      mode: 'online',
      steps,
      selectors: input.selectors,
      findings,
      plans,
    } as const
    const seconds = (performance.now() - started) / 1000
    const plan = assemble({ ...parts, context, stations: seen.stations, seconds })
    return {
      plan,
      apply: (only) =>
        only === undefined
          ? applyPlan({ input, steps, plan, stations })
          : applyPlan({ input, steps, plan: narrowed(plan, only), stations, isSaved: true }),
      lastWritten: async (node, paths) => {
        const host = stations.find((station) => station.node.name === node)?.host
        return host === undefined ? new Map() : lastWritten(host, paths)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
