import type { EtcdMember } from '../../facts/facts.js'
import { memberOf } from '../../facts/member-of.js'
import type { CheckContext } from '../../checks/check.js'
import { listed } from '../../checks/check.js'
import type { Finding } from '../../checks/finding.js'
import { type Leaving, nodesBesides } from './leaving.js'
import type { NodeRef } from '../node-ref.js'
import { next, tripod } from '../../next-step.js'
import { isMaster } from '../../inventory/roles.js'

/**
 * A member of etcd that lives may go while every other one serves: a second loss in the same hour must not cost the majority. One
 * that is gone may go where those that serve are the majority without it.
 */
export function quorumKept({ nodes: going, gone }: Leaving, context: CheckContext): readonly Finding[] {
  const { topology, seen } = context
  const leaving = going.filter(isMaster)
  const staying = nodesBesides(going, context).filter(isMaster)
  const counts = [...leaving, ...staying].some(
    ({ name }) => topology.states[name]?.startsWith('control-plane-') === true,
  )
  if (!counts) return []
  const ill = staying.filter(({ name }) => topology.states[name] !== 'control-plane-ready')
  if (leaving.length === 0) return ill.length === staying.length ? [silent(going, ill)] : []
  const members = seen.map(({ facts }) => facts.kubernetes.members).find((list) => list !== undefined)
  const counted = ({ name }: NodeRef): boolean => members?.some((member) => member.name === name) ?? true
  // Who is no member has no vote to lose, and none to give.
  const missing = ill.filter(counted).map(({ name }) => name)
  const voters = members?.length ?? leaving.length + staying.length
  if (gone) {
    const left = voters - leaving.filter(counted).length
    const isMajority = staying.length - ill.length > left / 2
    return isMajority || missing.length === 0 ? [] : [risk({ going, missing, voters, gone })]
  }
  const all = [...missing, ...strangers(members ?? [], [...leaving, ...staying], context)]
  return all.length === 0 ? [] : [risk({ going, missing: all, voters, gone })]
}

/** Members that no node of the inventory is count as well: of them, those serve whose Node is Ready. */
function strangers(
  members: readonly EtcdMember[],
  masters: readonly NodeRef[],
  { seen }: CheckContext,
): readonly string[] {
  const ready = seen.flatMap(({ facts }) => facts.kubernetes.readyNodes ?? [])
  const isKnown = (member: EtcdMember): boolean => masters.some((node) => memberOf(node, [member]) !== undefined)
  const names = members.filter((member) => !isKnown(member)).map(({ name }) => name)
  return names.filter((name) => name !== '' && !ready.includes(name))
}

function silent(going: readonly NodeRef[], ill: readonly NodeRef[]): Finding {
  const names = listed(ill.map(({ name }) => name))
  return {
    id: 'P51',
    severity: 'fatal',
    message: `${names} ${ill.length === 1 ? 'does' : 'do'} not serve: without an API server ${listed(going.map(({ name }) => name))} cannot be removed from the cluster`,
    fix: next`Wait until a master serves, or bring one back: ${tripod('status')}`,
  }
}

interface Risk {
  readonly going: readonly NodeRef[]
  readonly missing: readonly string[]
  readonly voters: number
  readonly gone: boolean
}

function risk({ going, missing, voters, gone }: Risk): Finding {
  const [first = ''] = missing
  const without = next`. If the machine of ${first} is lost for good, first run ${tripod('node remove', first, '--forget')}`
  return {
    id: 'P51',
    severity: 'fatal',
    message: `${listed(missing)} ${missing.length === 1 ? 'does' : 'do'} not serve: of ${String(voters)} members of etcd ${String(Math.floor(voters / 2) + 1)} must run, and ${listed(going.map(({ name }) => name))} would leave one less`,
    fix: next`If ${missing.length === 1 ? 'it has' : 'they have'} just started, wait a minute; else bring ${listed(missing)} back first (${tripod('status')})${gone ? '' : without}`,
  }
}
