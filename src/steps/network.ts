import { NETWORK_RECORD } from '../facts/config-maps.js'
import { knownName } from '../inventory/node-name.js'
import { joinsCluster } from '../inventory/roles.js'
import { sh } from '../shell.js'
import { actingMaster, apiOf, kubectl } from './control-plane/control-plane.js'
import { type Gate, whereNotZero } from './gate.js'
import { objectResources } from './objects/objects.js'
import type { ClusterContext, Step } from './step.js'

/** Calico pulls its images on every node. */
const READY_SECONDS = 600

/** The cluster itself notes what was applied: any control-plane node can tell then, also after another one was reinstalled. */
export const network: Step = {
  id: 'network',
  title: 'Apply the pod network',
  why: 'Nodes are not ready, and pods do not reach each other, until the network between pods is there.',
  runsOn: (node, { cluster, topology }) => node.name === topology.acting && cluster.network.cni !== 'none',
  rollout: 'parallel',
  needsManifests: true,
  gates: nodesReady,
  resources: ({ cluster, node, seen, topology, manifests = [] }) =>
    objectResources({
      sets: manifests,
      record: NETWORK_RECORD,
      noted: notedBy({ seen, topology }),
      server: apiOf(node, cluster.endpoint),
      registries: cluster.network.cni === 'calico' ? [cluster.sources.images.calico] : [],
    }),
}

/** In the words of the first control-plane node whose API server tells; that none does is a finding (foreign-network.ts). */
function notedBy({ seen, topology }: Pick<ClusterContext, 'seen' | 'topology'>) {
  const serving = seen.filter(({ node }) => topology.states[node.name] === 'control-plane-ready')
  const told = serving.find(({ facts }) => facts.kubernetes.configMaps !== undefined)
  return told?.facts.kubernetes.configMaps?.[NETWORK_RECORD]
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
