import { sha256 } from '../resources/digest.js'
import { NETWORK_RECORD } from '../facts/config-maps.js'
import { knownName } from '../inventory/node-name.js'
import { joinsCluster } from '../inventory/roles.js'
import type { CommandResource } from '../resources/resource.js'
import { sh } from '../shell.js'
import { ADMIN_CONF, actingMaster, kubectl } from './control-plane/control-plane.js'
import { type Gate, whereNotZero } from './gate.js'
import type { ClusterContext, ManifestSet, Step, StepContext } from './step.js'

/** Calico pulls its images on every node. */
const READY_SECONDS = 600

/** The cluster itself keeps what was applied: any master can tell then, also when another one was reinstalled. */
export const network: Step = {
  id: 'network',
  title: 'Apply the pod network',
  why: 'Nodes are not ready, and pods do not reach each other, until the network between pods is there.',
  runsOn: (node, { cluster, topology }) => node.name === topology.acting && cluster.network.cni !== 'none',
  rollout: 'parallel',
  needsManifests: true,
  gates: nodesReady,
  resources: (context) => (context.manifests ?? []).map((set) => applied(set, context)),
}

function applied(set: ManifestSet, { cluster, node }: StepContext): CommandResource {
  const { name, text, source } = set
  const digest = sha256(text ?? '')
  const kube = kubectl(node, cluster.endpoint)
  const crds = set.objects.some(({ kind }) => kind === 'CustomResourceDefinition')
  const count = set.objects.length
  return {
    kind: 'command',
    id: `apply:${name}`,
    summary: `kubectl apply --server-side ${name}`,
    details: [...counted(set), `from ${source}, sha256:${set.sha256}`, ...withSettings(set)],
    ...(text === undefined ? {} : { inputs: [{ name: `${name}.yaml`, content: text }] }),
    doneText: `the cluster has all of it, as it stands in the file${set.settings ? ' but for these settings' : ''}`,
    // The mark tells which text was applied; that nothing of it went since, the API server.
    doneWhen: sh`
[ -e ${ADMIN_CONF} ] || exit 1
mark=$(${kube} -n kube-system get configmap ${NETWORK_RECORD} --ignore-not-found -o ${`jsonpath={.data.${name}}`}) || exit 2
[ -n "$mark" ] || exit 1
[ "$mark" = ${digest} ] || { echo 'another text was applied before'; exit 1; }
there=$(printf '%s' ${references(set)} | ${kube} get -f - --ignore-not-found -o name) || exit 2
there=$(printf '%s\n' "$there" | grep -c .)
[ "$there" -eq ${count} ] || { echo ${`of ${count} objects the cluster has`} "$there"; exit 1; }`,
    // More than kubectl could note in an annotation: the server keeps what is ours.
    run: sh`
try=0
until ${kube} apply --server-side --force-conflicts -f ${sh`"$INPUTS"/${`${name}.yaml`}`}; do
  try=$((try + 1)); [ $try -lt 5 ] || exit 1
  sleep 3
done
${crds ? sh`${kube} wait --for=condition=Established --timeout=60s crd --all || exit 1` : sh`:`}
printf '%s' ${mark(name, digest)} | ${kube} apply --server-side --force-conflicts --field-manager ${`tripod-${name}`} -f -`,
    // It is the cluster's, not the machine's.
    undo: 'nothing',
    transient: true,
    downloads: [
      ...(cluster.network.cni === 'calico' ? [cluster.sources.images.calico] : []),
      ...(/^https?:/.test(source) ? [source] : []),
    ],
    estimateSeconds: 20,
    detached: true,
    timeoutSeconds: 300,
  }
}

/** What kubectl needs to ask for each object. */
function references({ objects }: ManifestSet): string {
  const items = objects.map(({ apiVersion, kind, namespace, name }) => ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  }))
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

/** Each set by a manager of its own: what another one noted stays. */
function mark(name: string, digest: string): string {
  const metadata = { name: NETWORK_RECORD, namespace: 'kube-system' }
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [name]: digest } })
}

/** `3 CustomResourceDefinition, 1 Deployment`: what a line each would be too long for. */
function counted({ objects }: ManifestSet): readonly string[] {
  const kinds = [...new Set(objects.map(({ kind }) => kind))]
  if (kinds.length === 0) return []
  return [kinds.map((kind) => `${objects.filter((one) => one.kind === kind).length} ${kind}`).join(', ')]
}

/** `with CALICO_IPV4POOL_IPIP=Never, ...`: what the sum of the file says nothing of. */
function withSettings({ settings = {} }: ManifestSet): readonly string[] {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return set.length === 0 ? [] : [`with ${set.join(', ')}`]
}

/** With a network every node becomes ready; those that join later in the run are not counted yet. */
function nodesReady(context: ClusterContext): readonly Gate[] {
  const master = actingMaster(context)
  if (master === undefined || context.cluster.network.cni === 'none') return []
  const masters = context.seen.filter(({ node }) => joinsCluster(node) && node.roles.includes('control-plane'))
  const format =
    '{{range .items}}{{$n := .metadata.name}}{{range .status.conditions}}{{if eq .type "Ready"}}{{$n}} {{.status}} {{.message}}{{"\\n"}}{{end}}{{end}}{{end}}'
  return [
    {
      id: 'nodes-ready',
      title: `${masters.map(({ node }) => node.name).join(', ')} are ready`,
      when: 'after',
      questions: [
        {
          node: master.name,
          script: sh`
nodes=$(${kubectl(master, context.cluster.endpoint)} get nodes -o ${`go-template=${format}`}) || exit 1
for node in ${masters.map(({ node }) => knownName(node))}; do
  printf '%s\n' "$nodes" | awk -v name="$node" '$1 == name { if ($2 == "True") ready = 1; else print } END { exit !ready }' || exit 1
done`,
        },
      ],
      problems: whereNotZero,
      fix: 'Look at the pods of the network (`kubectl get pods -A -o wide`): an image that cannot be pulled is the usual cause.',
      deadlineSeconds: READY_SECONDS,
    },
  ]
}
