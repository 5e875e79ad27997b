import { knownName } from '../inventory/node-name.js'
import { nodeList } from '../inventory/node-list.js'
import { isMaster, joinsCluster } from '../inventory/roles.js'
import { actingMaster, kubectl } from './control-plane/control-plane.js'
import { masterServes } from './control-plane/control-plane-gates.js'
import { type Gate, whereNotZero } from './gate.js'
import { isMember, join } from './kubeadm/join.js'
import { portMatrix } from './port-matrix.js'
import type { ClusterContext, Step } from './step.js'
import { withoutUnfinished } from './kubeadm/unfinished.js'
import { sh } from '../shell.js'
import { joins } from '../topology.js'

/** Longest until the cluster knows a node that joined, in seconds. */
const REGISTER_SECONDS = 60

export const workerJoin: Step = {
  id: 'worker-join',
  title: 'Join the workers',
  why: 'They join all at once, when there is somebody to join who serves.',
  runsOn: (node, context) => joinsCluster(node) && !isMaster(node) && isMember(node, context, 'worker-join'),
  rollout: 'parallel',
  gates: (context) => [masterServes(context), portMatrix(context, 'before'), ...registered(context)],
  tellsItself: (context) => (joinsCluster(context.node) && !isMaster(context.node) ? [join(context)] : []),
  resources: (context) => [...withoutUnfinished(context), join(context)],
}

/** Under its own name, with the address that the inventory gives it. */
function registered(context: ClusterContext): readonly Gate[] {
  const { cluster, topology } = context
  const master = actingMaster(context)
  const joining = cluster.nodes.filter((node) => joinsCluster(node) && !isMaster(node) && joins(node, topology))
  if (master === undefined || joining.length === 0) return []
  const format = '{{range .items}}{{.metadata.name}}{{range .status.addresses}} {{.address}}{{end}}{{"\\n"}}{{end}}'
  return [
    {
      id: 'workers-registered',
      title: `the cluster knows ${nodeList(joining.map(knownName))} by name and address`,
      when: 'after',
      questions: [
        {
          node: master.name,
          script: sh`
nodes=$(${kubectl(master, cluster.endpoint)} get nodes -o ${`go-template=${format}`}) || exit 1
for node in ${joining.map((node) => `${knownName(node)} ${node.address}`)}; do
  printf '%s\n' "$nodes" | awk -v node="$node" '{ split(node, want, " "); for (i = 2; i <= NF; i++) if ($1 == want[1] && $i == want[2]) found = 1 } END { exit !found }' || { echo "the cluster does not know $node"; exit 1; }
done`,
        },
      ],
      problems: whereNotZero,
      fix: 'Look at `journalctl -u kubelet` on that node.',
      deadlineSeconds: REGISTER_SECONDS,
    },
  ]
}
