import type { Node } from '../inventory/cluster.js'
import type { CheckContext } from './check.js'
import type { EtcdMember } from '../facts/facts.js'
import { memberOf } from '../facts/member-of.js'
import { carriesBalancer, joinsCluster } from '../inventory/roles.js'
import { quote } from '../shell.js'
import { listed } from './check.js'
import type { Finding } from './finding.js'
import { unlisted } from './unlisted.js'
import { wrongMachine } from './wrong-machine.js'

type Named = Pick<Node, 'name' | 'address' | 'roles'>

/** Nodes that are to be taken back, whether all of the cluster goes with them, and whether they answer no more. */
interface Going {
  readonly nodes: readonly Named[]
  readonly whole: boolean
  readonly gone: boolean
}

const isMaster = ({ roles }: Named): boolean => roles.includes('control-plane')
const nodesBesides = (going: readonly Named[], { cluster }: CheckContext): readonly Node[] =>
  cluster.nodes.filter(({ name }) => !going.some((node) => node.name === name))

/** What stands against taking these nodes out: nothing, where the whole cluster goes. */
export function resetFindings({ nodes, whole, gone }: Going, context: CheckContext): readonly Finding[] {
  if (whole) return [...leftAlone(context), ...unrecorded(nodes, context)]
  return [
    ...wrongMachine({ nodes, gone }, context),
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

/** Who is called gone and lives would go on by itself, and nobody would count it: that takes more than a slip of the hand. */
function alive(going: readonly Named[], { cluster, seen, topology }: CheckContext): readonly Finding[] {
  const serving = seen.filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
  const told = seen.flatMap(({ facts }) => facts.kubernetes.readyNodes ?? [])
  const isUntold = serving.length > 0 && seen.every(({ facts }) => facts.kubernetes.readyNodes === undefined)
  const path = quote(cluster.inventoryPath)
  return going.filter(joinsCluster).flatMap(({ name }) => {
    const fatal = (message: string, fix: string): Finding => ({
      id: 'ALIVE',
      severity: 'fatal',
      node: name,
      message,
      fix,
    })
    if (isUntold)
      return [
        fatal(
          `whether ${name} is gone cannot be told: no API server told which nodes are Ready`,
          `Look at the masters first: tripod status -i ${path}`,
        ),
      ]
    if (!told.includes(name)) return []
    return [
      fatal(
        `${name} is not gone: the API server heard from its kubelet less than a minute ago`,
        `Take it out with its machine: tripod node remove ${quote(name)} -i ${path}. Was it switched off just now: wait a minute`,
      ),
    ]
  })
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

/**
 * A member of etcd that lives may go while every other one serves: a second loss in the same hour must not cost the majority. One
 * that is gone may go where those that serve are the majority without it.
 */
function quorumKept({ nodes: going, gone }: Going, context: CheckContext): readonly Finding[] {
  const { topology, seen } = context
  const leaving = going.filter(isMaster)
  const staying = nodesBesides(going, context).filter(isMaster)
  const counts = [...leaving, ...staying].some(
    ({ name }) => topology.states[name]?.startsWith('control-plane-') === true,
  )
  if (!counts) return []
  const ill = staying.filter(({ name }) => topology.states[name] !== 'control-plane-ready')
  if (leaving.length === 0) return ill.length === staying.length ? [silent(going, ill, context)] : []
  const members = seen.map(({ facts }) => facts.kubernetes.members).find((list) => list !== undefined)
  const counted = ({ name }: Named): boolean => members?.some((member) => member.name === name) ?? true
  // Who is no member has no vote to lose, and none to give.
  const missing = ill.filter(counted).map(({ name }) => name)
  const voters = members?.length ?? leaving.length + staying.length
  if (gone) {
    const left = voters - leaving.filter(counted).length
    const isMajority = staying.length - ill.length > left / 2
    return isMajority || missing.length === 0 ? [] : [risk({ going, missing, voters, gone }, context)]
  }
  const all = [...missing, ...strangers(members ?? [], [...leaving, ...staying], context)]
  return all.length === 0 ? [] : [risk({ going, missing: all, voters, gone }, context)]
}

/** Members that no node of the inventory is count as well: of them, those serve whose Node is Ready. */
function strangers(
  members: readonly EtcdMember[],
  masters: readonly Named[],
  { seen }: CheckContext,
): readonly string[] {
  const ready = seen.flatMap(({ facts }) => facts.kubernetes.readyNodes ?? [])
  const isKnown = (member: EtcdMember): boolean => masters.some((node) => memberOf(node, [member]) !== undefined)
  const names = members.filter((member) => !isKnown(member)).map(({ name }) => name)
  return names.filter((name) => name !== '' && !ready.includes(name))
}

function silent(going: readonly Named[], ill: readonly Named[], { cluster }: CheckContext): Finding {
  const names = listed(ill.map(({ name }) => name))
  return {
    id: 'QUORUM',
    severity: 'fatal',
    message: `${names} ${ill.length === 1 ? 'does' : 'do'} not serve: without an API server nobody takes ${listed(going.map(({ name }) => name))} out of the cluster`,
    fix: `Wait until a master serves, or bring one back: tripod status -i ${quote(cluster.inventoryPath)}`,
  }
}

interface Risk {
  readonly going: readonly Named[]
  readonly missing: readonly string[]
  readonly voters: number
  readonly gone: boolean
}

function risk({ going, missing, voters, gone }: Risk, { cluster }: CheckContext): Finding {
  const path = quote(cluster.inventoryPath)
  const [first = ''] = missing
  const without = `; is the machine of ${first} lost for good: tripod node remove ${quote(first)} --forget -i ${path}, before this`
  return {
    id: 'QUORUM',
    severity: 'fatal',
    message: `${listed(missing)} ${missing.length === 1 ? 'does' : 'do'} not serve: of ${String(voters)} members of etcd ${String(Math.floor(voters / 2) + 1)} must run, and ${listed(going.map(({ name }) => name))} would be one less`,
    fix: `Bring ${listed(missing)} back first (tripod status -i ${path})${gone ? '' : without}`,
  }
}
