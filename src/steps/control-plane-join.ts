import { controlPlaneGates, masterServes } from './control-plane/control-plane-gates.js'
import { isMember, join } from './kubeadm/join.js'
import { portMatrix } from './port-matrix.js'
import type { Step } from './step.js'
import { withoutUnfinished } from './kubeadm/unfinished.js'
import { joins } from '../topology.js'
import { isMaster } from '../inventory/roles.js'

/** One after the other: each adds a vote to etcd, and the next may only come when that one counts. */
export const controlPlaneJoin: Step = {
  id: 'control-plane-join',
  title: 'Join the other masters',
  why: 'Three masters bear the loss of one. They join one by one, each only when etcd and the load balancer have the one before.',
  runsOn: (node, context) => isMaster(node) && isMember(node, context, 'control-plane-join'),
  rollout: 'serial',
  gates: (context) => [
    masterServes(context),
    portMatrix(context, 'before'),
    ...controlPlaneGates(context, (name, { cluster, topology }) =>
      cluster.nodes.some((node) => node.name === name && joins(node, topology)),
    ),
  ],
  tellsItself: (context) => (isMaster(context.node) ? [join(context)] : []),
  resources: (context) => [...withoutUnfinished(context), join(context)],
}
