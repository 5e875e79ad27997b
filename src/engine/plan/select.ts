import { TripodError } from '../../errors.js'
import type { Cluster, Node } from '../../inventory/cluster.js'
import type { Step } from '../../steps/step.js'
import type { Selectors } from './plan-types.js'

/** Nodes in inventory order. A name that is not there throws UNKNOWN_NODE: a misspelt selector never means "nothing to do". */
export function selectNodes(cluster: Cluster, { nodes, skipNodes }: Selectors): readonly Node[] {
  const names = cluster.nodes.map((node) => node.name)
  for (const name of [...(nodes ?? []), ...(skipNodes ?? [])]) {
    if (!names.includes(name)) {
      throw new TripodError(
        'UNKNOWN_NODE',
        `the inventory has no node ${JSON.stringify(name)}`,
        `Use one of: ${names.join(', ')}.`,
      )
    }
  }
  const chosen = cluster.nodes.filter(
    (node) => (nodes ?? names).includes(node.name) && !(skipNodes ?? []).includes(node.name),
  )
  if (chosen.length === 0)
    throw new TripodError('USAGE', 'the selectors leave no node', 'Drop --skip-node for at least one node.')
  return chosen
}

/** Steps in their own order. Throws UNKNOWN_STEP. */
export function selectSteps(all: readonly Step[], { steps }: Selectors): readonly Step[] {
  const ids = all.map((step) => step.id)
  const stranger = (steps ?? []).find((id) => !ids.includes(id))
  if (stranger !== undefined) {
    throw new TripodError(
      'UNKNOWN_STEP',
      `there is no step ${JSON.stringify(stranger)}`,
      `Use one of: ${ids.join(', ')} (see \`tripod steps\`).`,
    )
  }
  return all.filter((step) => (steps ?? ids).includes(step.id))
}

/** Nothing was left out by a selector. */
export function isComplete({ nodes, skipNodes, steps }: Selectors): boolean {
  return nodes === undefined && skipNodes === undefined && steps === undefined
}
