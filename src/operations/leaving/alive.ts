import { joinsCluster } from '../../inventory/roles.js'
import type { CheckContext } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import type { NodeRef } from '../node-ref.js'
import { next, type NextStep, tripod } from '../../next-step.js'

/** Who is called gone and lives would go on by itself, and nobody would count it: that takes more than a slip of the hand. */
export function alive(going: readonly NodeRef[], { seen, topology }: CheckContext): readonly Finding[] {
  const serving = seen.filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
  const told = seen.flatMap(({ facts }) => facts.kubernetes.readyNodes ?? [])
  const isUntold = serving.length > 0 && seen.every(({ facts }) => facts.kubernetes.readyNodes === undefined)
  return going.filter(joinsCluster).flatMap(({ name }) => {
    const fatal = (message: string, fix: NextStep): Finding => ({
      id: 'P60',
      severity: 'fatal',
      node: name,
      message,
      fix,
    })
    if (isUntold)
      return [
        fatal(
          `whether ${name} is gone cannot be told: no API server told which nodes are Ready`,
          next`Look at the masters first: ${tripod('status')}`,
        ),
      ]
    if (!told.includes(name)) return []
    return [
      fatal(
        `${name} is not gone: the API server heard from its kubelet less than a minute ago`,
        next`Take it out with its machine: ${tripod('node remove', name)}. Was it switched off just now: wait a minute`,
      ),
    ]
  })
}
