import { withoutProxy } from '../../os/proxy-environment.js'
import type { CommandResource } from '../../resources/resource.js'
import { sh } from '../../shell.js'
import { deletion, TOKEN } from '../bootstrap-token.js'
import { hasJoined } from '../control-plane/control-plane.js'
import { controlPlaneGates } from '../control-plane/control-plane-gates.js'
import { finishInit, initEnded } from './init-phases.js'
import { initConfiguration } from '../kubeadm/kubeadm-config.js'
import { undoKubeadm } from '../kubeadm/undo-kubeadm.js'
import { kubeadmEvidence, kubeadmFailure } from '../kubeadm/kubeadm-failure.js'
import { portMatrix } from '../port-matrix.js'
import type { ClusterContext, Step, StepContext } from '../step.js'
import { withoutUnfinished } from '../kubeadm/unfinished.js'
import { isMaster } from '../../inventory/roles.js'

/** kubeadm's own waits within: kubelet 4 minutes, control plane 6. */
const TIMEOUT_SECONDS = 900

/** The first master begins the cluster; which one that is, the state of all of them tells. */
export const controlPlaneInit: Step = {
  id: 'control-plane-init',
  title: 'Begin the cluster on one master',
  why: 'One master begins, with the authorities that all will have; the others join it, one after the other.',
  runsOn: (node, context) => isMaster(node) && (begins(node.name, context) || hasBegun(node.name, context)),
  rollout: 'serial',
  gates: (context) => [portMatrix(context, 'before'), ...controlPlaneGates(context, begins)],
  bootstraps: true,
  cleanup: deletion,
  resources: (context) => [...withoutUnfinished(context), init(context)],
}

function begins(node: string, { topology }: ClusterContext): boolean {
  return topology.init === node
}

/** By its own record: so it stays known that this master was the one. */
function hasBegun(node: string, { topology, seen }: ClusterContext): boolean {
  if (topology.states[node] !== 'control-plane-ready' && topology.states[node] !== 'control-plane-down') return false
  const record = seen.find((one) => one.node.name === node)?.facts.record
  return record?.entries['command:kubeadm']?.step === 'control-plane-init'
}

/** Its API server lives, and an init that nobody saw the end of is on record. */
function wasCutOff({ node, topology, facts }: StepContext): boolean {
  const entry = facts.record.entries['command:kubeadm']
  return topology.states[node.name] === 'control-plane-ready' && entry?.state === 'pending'
}

function init(context: StepContext): CommandResource {
  const { cluster, node } = context
  const goesOn = wasCutOff(context)
  const text = initConfiguration(cluster, node, TOKEN)
  return {
    kind: 'command',
    id: 'kubeadm',
    summary: goesOn ? 'the rest of kubeadm init, which was cut off' : 'kubeadm init',
    inputs: [{ name: 'init.yaml', content: { text, references: TOKEN.references } }],
    doneText: 'control plane and etcd have their files',
    doneWhen: goesOn ? initEnded(node, cluster) : hasJoined(node),
    run: goesOn
      ? finishInit()
      : sh`${withoutProxy}
kubeadm init --config "$INPUTS/init.yaml" --skip-token-print`,
    evidence: kubeadmEvidence(),
    explain: kubeadmFailure(node),
    undo: undoKubeadm,
    estimateSeconds: 90,
    detached: true,
    timeoutSeconds: TIMEOUT_SECONDS,
  }
}
