import type { Check } from './check.js'
import { listed } from './check.js'

/** Without a majority etcd takes no change, and neither does the cluster: then nothing of it is touched. */
export const quorum: Check = ({ seen, topology, cluster }) => {
  const inState = (state: string) => seen.filter(({ node }) => topology.states[node.name] === state)
  const [ready, down] = [inState('control-plane-ready'), inState('control-plane-down')]
  const members = [...ready, ...down].map(({ facts }) => facts.kubernetes.members).find((list) => list !== undefined)
  const voters = members?.filter(({ learner }) => !learner).length ?? ready.length + down.length
  const needed = Math.floor(voters / 2) + 1
  const names = (list: typeof seen): string => listed(list.map(({ node }) => node.name))
  if (voters === 0) return []
  if (ready.length < needed) {
    const serving =
      ready.length === 0 ? 'none serves' : `only ${names(ready)} ${ready.length === 1 ? 'serves' : 'serve'}`
    return [
      {
        id: 'QUORUM',
        severity: 'fatal',
        message: `etcd of ${cluster.name} has lost its quorum: of its ${voters} members ${serving}, and ${needed} are needed`,
        fix: lostFix(down.map(({ node }) => node.name)),
      },
    ]
  }
  return down.map(({ node: { name } }) => ({
    id: 'QUORUM',
    severity: 'warning' as const,
    node: name,
    message: `${name} has a whole control plane, but its API server does not answer`,
    fix: `Look at \`crictl ps -a\` and \`journalctl -u kubelet\` on ${name}; the others serve`,
  }))
}

/** Source: etcd's operations guide, disaster recovery. */
function lostFix(down: readonly string[]): string {
  const [first] = down
  const back = 'Bring the machines of the other members back; with a majority of them etcd goes on by itself'
  if (first === undefined) return back
  return `${back}. Are they gone for good: on ${first}, add --force-new-cluster to the command in /etc/kubernetes/manifests/etcd.yaml, wait until its API server answers, take the flag out again, then apply: the others join anew`
}
