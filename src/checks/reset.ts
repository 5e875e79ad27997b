import { carriesBalancer } from '../inventory/roles.js'
import { quote } from '../shell.js'
import { alive } from './alive.js'
import type { CheckContext } from './check.js'
import { listed } from './check.js'
import type { Finding } from './finding.js'
import { type Going, isMaster, type Named, nodesBesides } from './going.js'
import { unknownName } from './kept-name.js'
import { quorumKept } from './quorum-kept.js'
import { unlisted } from './unlisted.js'
import { wrongMachine } from './wrong-machine.js'

/** What stands against taking these nodes out: nothing, where the whole cluster goes. */
export function resetFindings({ nodes, whole, gone }: Going, context: CheckContext): readonly Finding[] {
  if (whole) return [...leftAlone(context), ...unrecorded(nodes, context)]
  return [
    ...wrongMachine({ nodes, gone }, context),
    ...unknownName(nodes, context),
    ...(gone ? alive(nodes, context) : []),
    ...orphans(nodes, context),
    ...unbalanced(nodes, context),
    ...quorumKept({ nodes, whole, gone }, context),
    ...unrecorded(nodes, context),
  ]
}

/** Who is not in the inventory is not asked, and does not go with the others. */
function leftAlone(context: CheckContext): readonly Finding[] {
  const { inventoryPath } = context.cluster
  return unlisted(context).map((finding) => ({
    ...finding,
    message: `${finding.message}: it stays as it is, without a cluster`,
    fix: `Is it to go as well: tripod node remove ${quote(finding.node ?? '')} -i ${quote(inventoryPath)} before, or name it in the inventory`,
  }))
}

/** What kubeadm did tells by itself that it is there; of all else the record alone knows what was there before. */
function unrecorded(going: readonly Named[], { topology, seen }: CheckContext): readonly Finding[] {
  const lost = seen.filter(
    ({ node: { name }, facts }) =>
      going.some((one) => one.name === name) &&
      Object.keys(facts.record.entries).length === 0 &&
      /^(worker|control-plane)-/.test(topology.states[name] ?? ''),
  )
  return lost.map(({ node: { name } }) => ({
    id: 'NO_RECORD',
    severity: 'warning',
    node: name,
    message: `${name} has no record of tripod (/var/lib/tripod): kubeadm's work is taken back; files, packages, services and settings stay, for nothing tells what was there before`,
    fix: 'What is left of them is listed at the end, but for packages: remove by hand what is of nobody else.',
  }))
}

/** Nodes whose last master goes have nobody to belong to, and a cluster without a master is none. */
function orphans(going: readonly Named[], context: CheckContext): readonly Finding[] {
  const { cluster, topology } = context
  const stay = nodesBesides(going, context)
  if (stay.some(isMaster)) return []
  const isJoined = ({ name }: Named): boolean => /^(worker|control-plane)-/.test(topology.states[name] ?? '')
  const joined = stay.filter(isJoined)
  if (joined.length === 0 && !going.some((node) => isMaster(node) && isJoined(node))) return []
  const whom = joined.length === 0 ? cluster.name : listed(joined.map(({ name }) => name))
  return [
    {
      id: 'QUORUM',
      severity: 'fatal',
      message: `no master would be left for ${whom}`,
      fix: `Reset the whole cluster: tripod reset -i ${quote(cluster.inventoryPath)}`,
    },
  ]
}

/** Behind the endpoint somebody must answer; masters that carry it are counted as masters. */
function unbalanced(going: readonly Named[], context: CheckContext): readonly Finding[] {
  const { cluster, topology } = context
  const { endpoint, inventoryPath } = cluster
  const carries = (node: Named): boolean => carriesBalancer(node, endpoint)
  const isServed = topology.caHash !== undefined && endpoint.layout === 'L1'
  if (!isServed || !going.some(carries) || nodesBesides(going, context).some(carries)) return []
  return [
    {
      id: 'BALANCER',
      severity: 'fatal',
      message: `no load balancer would be left behind ${endpoint.host}: nobody would reach the API server`,
      fix: `Let another one come first: name it in ${inventoryPath}, then tripod apply -i ${quote(inventoryPath)}`,
    },
  ]
}
