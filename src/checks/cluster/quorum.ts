import type { Seen } from '../../topology.js'
import type { Check } from '../check.js'
import { listed } from '../check.js'
import { isMaster } from '../../inventory/roles.js'

/**
 * Without a majority etcd takes no change, and neither does the cluster: then nothing of it is touched. A master that serves
 * proves a majority, since its API server asks etcd; nodes that were left out prove nothing.
 */
export const quorum: Check = ({ seen, topology, cluster }) => {
  const inState = (state: string) => seen.filter(({ node }) => topology.states[node.name] === state)
  const down = inState('control-plane-down')
  const names = down.map(({ node }) => node.name)
  if (inState('control-plane-ready').length > 0 || down.length === 0)
    return names.map((name) => ({
      id: 'P51',
      severity: 'warning' as const,
      node: name,
      message: `has a whole control plane, but its API server does not answer`,
      fix: `Look at \`crictl ps -a\` and \`journalctl -u kubelet\` on ${name}; the others serve`,
    }))
  const masters = cluster.nodes.filter(isMaster).length
  const members = down.map(({ facts }) => facts.kubernetes.members).find((list) => list !== undefined)
  const voters = members?.filter(({ learner }) => !learner).length ?? masters
  const needed = Math.floor(voters / 2) + 1
  return [
    {
      id: 'P51',
      severity: 'fatal',
      message: `no API server of ${cluster.name} answers: etcd has ${voters} members, of which ${needed} must run, and of those looked at ${listed(names)} cannot go on alone`,
      fix: lostFix(down),
    },
  ]
}

/** Source: etcd's operations guide, disaster recovery. */
function lostFix(survivors: readonly Seen[]): string {
  const names = survivors.map(({ node }) => node.name)
  return [
    'Right after a boot, wait a minute. Else bring the machines of the other members back: with a majority of them etcd goes on by itself.',
    `Are they gone for good: keep a copy of /var/lib/etcd of ${listed(names)};`,
    `on ${newestOf(survivors)}, add --force-new-cluster to the command in /etc/kubernetes/manifests/etcd.yaml, wait until its API server answers, take the flag out again;`,
    ...(names.length > 1 ? ['run `kubeadm reset -f` on the other masters that have data of etcd;'] : []),
    'then apply: the others join anew',
  ].join(' ')
}

/** Who lags behind would lose what was written last, and nothing would say so. */
function newestOf(survivors: readonly Seen[]): string {
  const [first, ...others] = survivors
  if (first === undefined || others.length === 0) return first?.node.name ?? ''
  const told = survivors.flatMap(({ node, facts: { kubernetes } }) =>
    kubernetes.raftIndex === undefined ? [] : [{ name: node.name, index: kubernetes.raftIndex }],
  )
  if (told.length < survivors.length)
    return 'the one whose etcd has the highest raft index (`etcdctl endpoint status`), for the others may lack what was written last'
  const [newest] = told.toSorted((one, other) => other.index - one.index)
  const all = told.map(({ name, index }) => `${name} ${index}`).join(', ')
  return `${newest?.name ?? ''}, whose data is the newest (raft index: ${all})`
}
