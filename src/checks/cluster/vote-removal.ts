import { memberOf } from '../../facts/member-of.js'
import { isUntouched, type Seen } from '../../topology.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'

/**
 * A machine that joins anew has its former vote taken away first. Those that are left must be a majority by themselves: who was
 * not looked at does not count, and neither does the one that goes, even if its etcd should run after all.
 */
export const voteRemoval: Check = ({ seen, cluster, topology: { states, init, acting } }) => {
  const members = seen.find(({ node }) => node.name === acting)?.facts.kubernetes.members
  if (init !== undefined || members === undefined) return []
  const voters = members.filter(({ learner }) => !learner)
  const going = cluster.nodes.filter(
    (node) =>
      (isUntouched(states[node.name]) || states[node.name] === 'control-plane-half') &&
      memberOf(node, voters) !== undefined,
  )
  const living = seen.filter((one) => answers(one) && !going.includes(one.node) && memberOf(one.node, voters))
  const needed = Math.floor((voters.length - 1) / 2) + 1
  if (going.length === 0 || living.length >= needed) return []
  return [
    {
      id: 'P51',
      severity: 'fatal',
      message: `to take ${listed(going.map(({ name }) => name))} as it was before out of etcd would leave ${voters.length - 1} votes, of which ${needed} must run, and of those looked at ${living.length} ${living.length === 1 ? 'does' : 'do'}`,
      fix: 'Bring the other masters up first, and leave none of them out',
    },
  ]
}

function answers({ facts: { kubernetes } }: Seen): boolean {
  return kubernetes.apiLive || kubernetes.members !== undefined
}
