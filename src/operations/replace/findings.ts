import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import type { ReplaceIntent } from './intent.js'
import { next, type NextStep, tripod } from '../../next-step.js'

/** What stands against the one that comes: it is there already, or is not what the other was. */
export function replaceFindings({ node: old, by }: ReplaceIntent, context: CheckContext): readonly Finding[] {
  const { cluster, seen, topology } = context
  const newcomer = cluster.nodes.find(({ name }) => name === by)
  const fatal = (message: string, fix: NextStep): readonly Finding[] => [
    { id: 'P63', severity: 'fatal', node: by, message, fix },
  ]
  if (old.roles.includes('control-plane') && newcomer?.roles.includes('control-plane') === false)
    return fatal(
      `${by} would be no master, and ${old.name} was one`,
      `Add control-plane to its roles in ${cluster.inventoryPath}`,
    )
  const isKnown = seen.some(
    ({ facts: { kubernetes } }) =>
      kubernetes.nodes?.includes(old.name) === true ||
      kubernetes.members?.some(({ name }) => name === old.name) === true,
  )
  const isThere = /-(ready|down)$/.test(topology.states[by] ?? '')
  if (!isKnown || !isThere) return []
  return fatal(
    `${by} is a part of the cluster already: nothing comes in the place of ${old.name}`,
    next`Forget ${old.name} alone: ${tripod('node remove', old.name, '--forget')}`,
  )
}
