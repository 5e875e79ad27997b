import { carriesBalancer, isMaster } from '../../inventory/roles.js'
import { alive } from './alive.js'
import type { CheckContext } from '../../checks/check.js'
import { listed } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import { unknownName } from '../../checks/network/kept-name.js'
import { type Leaving, nodesBesides } from './leaving.js'
import { quorumKept } from './quorum-kept.js'
import { unrecorded } from './unrecorded.js'
import { wrongMachine } from './wrong-machine.js'
import type { NodeRef } from '../node-ref.js'
import { next, tripod } from '../../next-step.js'

/** What stands against taking these nodes out of a cluster that goes on. */
export function leavingFindings({ nodes, gone }: Leaving, context: CheckContext): readonly Finding[] {
  return [
    ...wrongMachine({ nodes, gone }, context),
    ...unknownName(nodes, context),
    ...(gone ? alive(nodes, context) : []),
    ...orphans(nodes, context),
    ...unbalanced(nodes, context),
    ...quorumKept({ nodes, gone }, context),
    ...unrecorded(nodes, context),
  ]
}

/** Nodes whose last master goes have nobody to belong to, and a cluster without a master is none. */
function orphans(going: readonly NodeRef[], context: CheckContext): readonly Finding[] {
  const { cluster, topology } = context
  const stay = nodesBesides(going, context)
  if (stay.some(isMaster)) return []
  const isJoined = ({ name }: NodeRef): boolean => /^(worker|control-plane)-/.test(topology.states[name] ?? '')
  const joined = stay.filter(isJoined)
  if (joined.length === 0 && !going.some((node) => isMaster(node) && isJoined(node))) return []
  const whom = joined.length === 0 ? cluster.name : listed(joined.map(({ name }) => name))
  return [
    {
      id: 'P51',
      severity: 'fatal',
      message: `no master would be left for ${whom}`,
      fix: next`Reset the whole cluster: ${tripod('reset')}`,
    },
  ]
}

/** Behind the endpoint somebody must answer; masters that carry it are counted as masters. */
function unbalanced(going: readonly NodeRef[], context: CheckContext): readonly Finding[] {
  const { cluster, topology } = context
  const { endpoint, inventoryPath } = cluster
  const carries = (node: NodeRef): boolean => carriesBalancer(node, endpoint)
  const isServed = topology.caHash !== undefined && endpoint.layout === 'L1'
  if (!isServed || !going.some(carries) || nodesBesides(going, context).some(carries)) return []
  return [
    {
      id: 'P61',
      severity: 'fatal',
      message: `no load balancer would be left for ${endpoint.host}: the API server would be unreachable`,
      fix: next`Let another one come first: name it in ${inventoryPath}, then ${tripod('apply')}`,
    },
  ]
}
