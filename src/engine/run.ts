import { applyPlan } from './apply.js'
import { assemble } from './assemble.js'
import { lastWritten } from './last-written.js'
import { narrowed } from './narrow.js'
import { connectAll, observe } from './observe.js'
import type { Run, RunInput } from './run-types.js'
import { selectNodes, selectSteps } from './select.js'
import { closeAll } from './station.js'

export { planOffline } from './offline.js'

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
