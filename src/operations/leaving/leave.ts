import { withOwnName } from '../../facts/own-names.js'
import { knownName } from '../../inventory/node-name.js'
import type { Node } from '../../inventory/cluster.js'
import { isMaster, joinsCluster } from '../../inventory/roles.js'
import type { CommandResource } from '../../resources/resource.js'
import { next, tripod } from '../../next-step.js'
import { lines, type Script, sh } from '../../shell.js'
import { memberOf } from '../../facts/member-of.js'
import { drain, DRAIN_SECONDS, undrained, WAITS } from './drain.js'
import { etcd, handOver, hasNoMember, UNTOLD } from '../../steps/control-plane/etcd-member.js'
import { kubectl } from '../../steps/control-plane/control-plane.js'
import type { Leaving } from './leaving.js'
import type { NodeRef } from '../node-ref.js'
import type { ClusterContext, Step, StepContext } from '../../steps/step.js'

/** Nodes leave a cluster that goes on without them: their pods move, etcd counts them no more, and the API forgets them. */
export function leave({ nodes, gone }: Leaving): Step {
  return {
    id: 'leave',
    title: 'Take nodes out of the cluster',
    why: 'Pods move while they can, and a member of etcd that goes without a word costs a vote.',
    runsOn: (node, context) => node.name === staying(context, nodes)?.name,
    rollout: 'parallel',
    resources: (context) =>
      nodes
        .filter(joinsCluster)
        .map((node) => goes(node, context, { answers: !gone, gone: gone || isEmpty(node, context) })),
  }
}

const BACK = next` Should the node stay after all: ${tripod('apply')}.`

/** The master through which it is done: one that serves, and stays. */
function staying({ cluster, topology }: ClusterContext, nodes: readonly NodeRef[]): Node | undefined {
  const goes = (name: string): boolean => nodes.some((node) => node.name === name)
  return cluster.nodes.find(({ name }) => !goes(name) && topology.states[name] === 'control-plane-ready')
}

/** No kubelet is there to end a pod: a machine that was made anew, or never joined. */
function isEmpty({ name }: NodeRef, { topology }: ClusterContext): boolean {
  return ['fresh', 'prepared'].includes(topology.states[name] ?? '')
}

interface Way {
  /** If it cannot leave, it goes no further itself; else whoever does it for the others goes no further. */
  readonly answers: boolean
  /** Nothing of it can be moved: its pods end when the API forgets it. */
  readonly gone: boolean
}

function goes(node: NodeRef, context: StepContext, { answers, gone }: Way): CommandResource {
  const { cluster, node: master, facts } = context
  const { members } = facts.kubernetes
  const member = isMaster(node) ? memberOf(node, members ?? []) : undefined
  const stays = memberOf(master, members ?? [])
  const kube = kubectl(master, cluster.endpoint)
  const name = knownName(withOwnName(node, context.seen))
  const exists = sh`node=$(${kube} get node ${name} --ignore-not-found -o name) || exit 2`
  return {
    kind: 'command',
    id: `leave:${node.name}`,
    summary: `${gone ? '' : `kubectl drain ${name}; `}${member === undefined ? '' : `take member ${member.id} out of etcd; `}kubectl delete node ${name}`,
    details: gone
      ? ['its pods start elsewhere once the API forgets the node']
      : [
          `disruption budgets are waited for (${DRAIN_SECONDS / 60} min); pods that nothing would start again elsewhere stop it`,
        ],
    doneText: 'neither etcd nor the API server know it',
    doneWhen: sh`${members === undefined && isMaster(node) ? UNTOLD : hasNoMember(master, member)}
${exists}
[ -z "$node" ] || { echo ${`the API has a Node ${name}`}; exit 1; }`,
    run: lines([
      sh`${exists}`,
      ...(gone ? [] : [sh`if [ -n "$node" ]; then ${drain(name, kube)}; fi`]),
      ...(member === undefined || stays === undefined || gone ? [] : [handOver(node, stays)]),
      ...(member === undefined
        ? []
        : [
            untilIt(
              sh`{ ${etcd(master, 'cluster/member/remove', JSON.stringify({ ID: member.id }))} >/dev/null || (${hasNoMember(master, member)}); }`,
            ),
          ]),
      untilIt(sh`${kube} delete node ${name} --ignore-not-found`),
    ]),
    news: WAITS,
    explain: (output) => undrained({ node: name, output, uncordon: `kubectl uncordon ${name}`, back: BACK }),
    undo: 'nothing',
    transient: true,
    ...(answers && { about: node.name }),
    ...(gone ? {} : { disruption: 'drain' }),
    detached: true,
    timeoutSeconds: DRAIN_SECONDS + 60,
  }
}

/** Where a member of etcd goes, nobody may lead for a moment: what is asked meanwhile is refused. */
function untilIt(works: Script): Script {
  return sh`tries=0; until ${works}; do tries=$((tries + 1)); [ "$tries" -lt 5 ] || exit 1; sleep 2; done`
}
