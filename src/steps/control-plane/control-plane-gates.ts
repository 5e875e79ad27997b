import { carriesBalancer, isMaster } from '../../inventory/roles.js'
import type { Node } from '../../inventory/cluster.js'
import { osFamilyOf } from '../../os/index.js'
import { type Script, sh } from '../../shell.js'
import { apiOf, endpointUrl, isReady } from './control-plane.js'
import { etcd } from './etcd-member.js'
import { type Gate, whereNotZero } from '../gate.js'
import type { ClusterContext } from '../step.js'

/** How long a master may take to serve once kubeadm is through: its etcd catches up, HAProxy asks every two seconds. */
const SETTLE_SECONDS = 120

/** Whom the others join: where it failed before, nobody has anything to join. */
export function masterServes({ cluster, topology, seen }: ClusterContext): Gate {
  const master = seen.find(({ node }) => node.name === topology.acting)?.node
  return {
    id: 'master-serves',
    check: 'P66',
    title: `${topology.acting ?? 'a master'} is ready`,
    when: 'before',
    questions: master === undefined ? [] : [{ node: master.name, script: isReady(apiOf(master, cluster.endpoint)) }],
    problems: (answers) =>
      master === undefined ? [`${topology.acting ?? 'the first master'} failed before`] : whereNotZero(answers),
    fix: 'Fix that master first; the next apply continues from there.',
    deadlineSeconds: SETTLE_SECONDS,
  }
}

/** After each master: it serves, its etcd has one vote more, and the load balancer sends there. At the end: the endpoint serves all. */
export function controlPlaneGates(
  context: ClusterContext,
  isMeant: (node: string, context: ClusterContext) => boolean,
): readonly Gate[] {
  const masters = context.seen.map(({ node }) => node).filter((node) => isMaster(node) && isMeant(node.name, context))
  if (masters.length === 0) return []
  return [serves(context, masters), votes(masters), ...balancerSends(context, masters), endpointServes(context)]
}

function serves({ cluster }: ClusterContext, masters: readonly Node[]): Gate {
  return {
    id: 'api-ready',
    title: 'its API server is ready',
    when: 'after-node',
    questions: masters.map((node) => ({ node: node.name, script: isReady(apiOf(node, cluster.endpoint)) })),
    problems: whereNotZero,
    fix: 'Look at `crictl ps -a` and `journalctl -u kubelet` on that node.',
    deadlineSeconds: SETTLE_SECONDS,
  }
}

/** All members started, none a learner: the next one may come. */
const VOTES = (master: Node): Script => sh`
said=$(${etcd(master, 'cluster/member/list', '{}')} 2>&1) || { echo "etcd does not answer: $said"; exit 1; }
all=$(printf '%s' "$said" | grep -o '"peerURLs"' | grep -c .)
started=$(printf '%s' "$said" | grep -o '"name":"[^"]' | grep -c .)
learners=$(printf '%s' "$said" | grep -o '"isLearner":true' | grep -c .)
[ "$all" -gt 0 ] && [ "$all" -eq "$started" ] && [ "$learners" -eq 0 ] || { echo "etcd has $all members, of which $started started and $learners may not vote yet"; exit 1; }`

function votes(masters: readonly Node[]): Gate {
  return {
    id: 'etcd-voters',
    title: 'every member of etcd has started and votes',
    when: 'after-node',
    questions: masters.map((master) => ({ node: master.name, script: VOTES(master) })),
    problems: whereNotZero,
    fix: 'Look at `crictl ps -a --name etcd` and the log of that container on each master.',
    deadlineSeconds: SETTLE_SECONDS,
  }
}

/** With the cluster's own authority, from every node that will need it. */
function endpointServes({ cluster, seen }: ClusterContext): Gate {
  const { host, port } = cluster.endpoint
  const url = endpointUrl(cluster.endpoint)
  return {
    id: 'endpoint-serves',
    title: `${host}:${port} answers as the cluster's API server`,
    when: 'after',
    questions: seen
      .filter(({ node }) => isMaster(node))
      .map(({ node }) => ({
        node: node.name,
        script: isReady(url),
      })),
    problems: whereNotZero,
    fix: 'See that HAProxy runs where the load balancer is (`systemctl status haproxy`) and reaches the masters.',
    deadlineSeconds: SETTLE_SECONDS,
  }
}

/** HAProxy's own view, by its socket: `show servers state` has the name in its fourth column, its state (2: up) in the sixth. */
function balancerSends({ cluster, seen }: ClusterContext, masters: readonly Node[]): readonly Gate[] {
  const carriers = seen.filter(({ node }) => carriesBalancer(node, cluster.endpoint))
  if (carriers.length === 0) return []
  const questions = masters.flatMap(({ name }) =>
    carriers.map(({ node, facts }) => ({
      node: node.name,
      about: name,
      script: sh`
state=$(echo 'show servers state' | socat -t 5 stdio ${osFamilyOf(facts.os)?.haproxy.adminSocket ?? ''}) || exit 1
printf '%s\n' "$state" | awk -v name=${name} '$4 == name && $6 == 2 { up = 1 } END { exit !up }' || { echo ${`HAProxy does not send to ${name}`}; exit 1; }`,
    })),
  )
  return [
    {
      id: 'balancer-sends',
      title: 'HAProxy sends to it',
      when: 'after-node',
      questions,
      problems: whereNotZero,
      fix: `See that this host reaches ${masters.map((one) => apiOf(one, cluster.endpoint)).join(', ')}.`,
      deadlineSeconds: SETTLE_SECONDS,
    },
  ]
}
