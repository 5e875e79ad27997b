import type { CommandResource } from '../resources/resource.js'
import { sh } from '../shell.js'
import { isMaster, joinsCluster } from '../inventory/roles.js'
import { imagesConfiguration } from './kubeadm/kubeadm-config.js'
import type { Step, StepContext } from './step.js'
import { isOutside } from '../topology.js'

/** Before anything of a cluster is made: a registry that is out of reach must not leave half a node. */
export const images: Step = {
  id: 'images',
  title: "Pull the control plane's images",
  why: 'kubeadm waits for static pods, not for a registry: what they need is there before it starts, or the run stops here.',
  runsOn: (node, { topology }) => joinsCluster(node) && isOutside(topology.states[node.name]),
  rollout: 'parallel',
  resources: (context) => [pull(context)],
}

/** kubeadm knows which images it takes; a worker needs but two of them. */
function pull({ cluster, node }: StepContext): CommandResource {
  const needed = isMaster(node) ? '.' : '/kube-proxy:\\|/pause:'
  const list = sh`images=$(printf '%s' ${imagesConfiguration(cluster)} | kubeadm config images list --config /dev/stdin)`
  return {
    kind: 'command',
    id: 'pull-images',
    summary: isMaster(node) ? 'pull what `kubeadm config images list` names' : 'pull kube-proxy and pause',
    details: [`of Kubernetes ${cluster.kubernetes.version}, from ${cluster.sources.images.kubernetes}`],
    doneText: 'containerd has each of them',
    doneWhen: sh`
command -v kubeadm >/dev/null && command -v crictl >/dev/null || exit 1
${list} || exit 2
images=$(printf '%s\n' "$images" | grep -e ${needed}) || exit 2
missing=0
for image in $images; do crictl inspecti "$image" >/dev/null 2>&1 || missing=$((missing + 1)); done
[ $missing -eq 0 ] || { echo "$missing images are missing"; exit 1; }`,
    run: sh`
${list} || exit 1
for image in $(printf '%s\n' "$images" | grep -e ${needed}); do
  crictl inspecti "$image" >/dev/null 2>&1 && continue
  echo "$image"
  crictl pull "$image" >/dev/null || { echo "$image cannot be pulled" >&2; exit 1; }
done`,
    explain: (output) => {
      const [, image] = /^(\S+) cannot be pulled$/m.exec(output) ?? []
      return image === undefined
        ? undefined
        : {
            message: `${node.name} cannot pull ${image}`,
            fix: `See that ${node.name} reaches that registry (\`crictl pull ${image}\` there), or name a mirror under containerd.mirrors or sources.images in ${cluster.inventoryPath}.`,
          }
    },
    undo: 'nothing',
    transient: true,
    downloads: [cluster.sources.images.kubernetes],
    estimateSeconds: isMaster(node) ? 60 : 20,
    detached: true,
    timeoutSeconds: 900,
  }
}
