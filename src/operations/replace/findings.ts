import { quote } from '../../shell.js'
import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import type { ReplaceIntent } from './intent.js'

/** What stands against the one that comes: it is there already, or is not what the other was. */
export function replaceFindings({ node: old, by }: ReplaceIntent, context: CheckContext): readonly Finding[] {
  const { cluster, seen, topology } = context
  const next = cluster.nodes.find(({ name }) => name === by)
  const fatal = (message: string, fix: string): readonly Finding[] => [
    { id: 'REPLACE', severity: 'fatal', node: by, message, fix },
  ]
  if (old.roles.includes('control-plane') && next?.roles.includes('control-plane') === false)
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
    `Forget ${old.name} alone: tripod node remove ${quote(old.name)} --forget -i ${quote(cluster.inventoryPath)}`,
  )
}
