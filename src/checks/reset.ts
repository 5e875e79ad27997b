import type { Node } from '../inventory/cluster.js'
import type { CheckContext } from './check.js'
import { listed } from './check.js'
import type { Finding } from './finding.js'

type Named = Pick<Node, 'name' | 'roles'>

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
  if (whole) return unrecorded(nodes, context)
  return [
    ...(gone ? alive(nodes, context) : []),
    ...orphans(nodes, context),
    ...quorumKept(nodes, context),
    ...unrecorded(nodes, context),
  ]
}

/** Who is called gone and lives would go on by itself, and nobody would count it: that takes more than a slip of the hand. */
function alive(going: readonly Named[], { cluster, seen }: CheckContext): readonly Finding[] {
  const ready = new Set(seen.flatMap(({ facts }) => facts.kubernetes.readyNodes ?? []))
  return going
    .filter(({ name }) => ready.has(name))
    .map(({ name }) => ({
      id: 'ALIVE',
      severity: 'fatal',
      node: name,
      message: `${name} is not gone: the API server heard from its kubelet less than a minute ago`,
      fix: `Take it out with its machine: tripod node remove ${name} -i ${cluster.inventoryPath}. Was it switched off just now: wait a minute`,
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

/** Nodes whose last master goes have nobody to belong to. */
function orphans(going: readonly Named[], context: CheckContext): readonly Finding[] {
  const { cluster, topology } = context
  const stay = nodesBesides(going, context)
  const joined = stay.filter(({ name }) => /^(worker|control-plane)-/.test(topology.states[name] ?? ''))
  if (joined.length === 0 || stay.some(isMaster)) return []
  return [
    {
      id: 'QUORUM',
      severity: 'fatal',
      message: `no master would be left for ${listed(joined.map(({ name }) => name))}`,
      fix: `Reset the whole cluster: tripod reset -i ${cluster.inventoryPath}`,
    },
  ]
}

/** A member of etcd may go while every other one serves: a second loss in the same hour must not cost the majority. */
function quorumKept(going: readonly Named[], context: CheckContext): readonly Finding[] {
  const { cluster, topology, seen } = context
  const leaving = going.filter(isMaster)
  const staying = nodesBesides(going, context).filter(isMaster)
  const counts = [...leaving, ...staying].some(
    ({ name }) => topology.states[name]?.startsWith('control-plane-') === true,
  )
  if (!counts) return []
  const ill = staying.filter(({ name }) => topology.states[name] !== 'control-plane-ready')
  const members = seen.map(({ facts }) => facts.kubernetes.members).find((list) => list !== undefined)
  const counted = (name: string): boolean => members?.some((member) => member.name === name) ?? true
  // Who is no member has no vote to lose, and none to give.
  const missing = ill.filter(({ name }) => counted(name))
  const needed = leaving.length > 0 ? missing : ill.length === staying.length ? ill : []
  if (needed.length === 0) return []
  const names = listed(needed.map(({ name }) => name))
  const voters = members?.length ?? leaving.length + staying.length
  return [
    {
      id: 'QUORUM',
      severity: 'fatal',
      message: `${names} ${needed.length === 1 ? 'does' : 'do'} not serve: of ${String(voters)} members of etcd ${String(Math.floor(voters / 2) + 1)} must run, and ${listed(going.map(({ name }) => name))} would be one less`,
      fix: `Bring ${names} back first (tripod status -i ${cluster.inventoryPath}), or reset the whole cluster`,
    },
  ]
}
