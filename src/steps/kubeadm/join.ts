import type { Node } from '../../inventory/cluster.js'
import { withoutProxy } from '../../os/proxy-environment.js'
import type { CommandResource } from '../../resources/resource.js'
import { lines, type Script, sh } from '../../shell.js'
import { TOKEN } from '../bootstrap-token.js'
import { hashOf } from '../certificates.js'
import { joinConfiguration } from './kubeadm-config.js'
import { undoKubeadm } from './undo-kubeadm.js'
import { kubeadmEvidence, kubeadmFailure } from './kubeadm-failure.js'
import type { ClusterContext, StepContext } from '../step.js'
import { isPart } from './unfinished.js'
import { joins } from '../../topology.js'
import { isMaster } from '../../inventory/roles.js'

/** kubeadm's own waits within, and etcd's until it has caught up. */
const TIMEOUT_SECONDS = 900

/** Who joins now, or did in an earlier run: that stays known. */
export function isMember(node: Node, { topology, seen }: ClusterContext, step: string): boolean {
  if (joins(node, topology)) return true
  const record = seen.find((one) => one.node.name === node.name)?.facts.record
  return record?.entries['command:kubeadm']?.step === step
}

/** Packages keep the directory by an empty file, which kubeadm takes for a static pod up to 1.22 (kubernetes#104942). */
function withoutPlaceholder({ kubernetes: { minor } }: StepContext['cluster']): Script {
  return minor > 22 ? sh`:` : sh`rm -f /etc/kubernetes/manifests/.kubelet-keep`
}

export function join(context: StepContext): CommandResource {
  const { cluster, node } = context
  const text = joinConfiguration(cluster, node, { ...TOKEN, caHash: hashOf(context) })
  return {
    kind: 'command',
    id: 'kubeadm',
    summary: 'kubeadm join',
    inputs: [{ name: 'join.yaml', content: { text, references: TOKEN.references } }],
    doneText: isMaster(node) ? 'control plane and etcd have their files' : 'the kubelet has its certificate',
    doneWhen: isPart(context),
    run: lines([withoutProxy, withoutPlaceholder(cluster), sh`kubeadm join --config "$INPUTS/join.yaml"`]),
    evidence: kubeadmEvidence(),
    explain: kubeadmFailure(node),
    undo: undoKubeadm,
    estimateSeconds: isMaster(node) ? 60 : 30,
    detached: true,
    timeoutSeconds: TIMEOUT_SECONDS,
  }
}
