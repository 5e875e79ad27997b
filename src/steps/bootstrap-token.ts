import type { Node } from '../inventory/cluster.js'
import type { CommandResource } from '../resources/resource.js'
import { type Script, sh } from '../shell.js'
import { ADMIN_CONF, actingMaster, kubectl } from './control-plane/control-plane.js'
import { tokenConfiguration } from './kubeadm/kubeadm-config.js'
import type { Cleanup, ClusterContext, Step, StepContext } from './step.js'
import { joins } from '../topology.js'

/** Stands in kubeadm's documents until they are written to the node. */
export const TOKEN = {
  token: '{{token}}',
  description: 'tripod run {{run}}',
  references: { token: 'minted:token', run: 'minted:run' },
} as const

/** What a token is known by afterwards: its secret half is known to this run alone. */
const MARK = 'tripod run '

/** Each token of the cluster: the name of its secret, and what it is for. */
const LIST = `{{range .items}}{{.metadata.name}} {{if .data.description}}{{.data.description | base64decode}}{{end}}{{"\\n"}}{{end}}`

function tokens(master: Node, { cluster }: ClusterContext): Script {
  return sh`${kubectl(master, cluster.endpoint)} -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token -o ${`go-template=${LIST}`}`
}

/** Where there is a cluster already: where it is begun, its first token comes with that. */
export const bootstrapToken: Step = {
  id: 'bootstrap-token',
  title: 'Make a token to join with',
  why: 'A node proves by it that it may join. It lives for one run: made by it, an hour long at most, and deleted when it ends.',
  runsOn: (node, context) => node.name === context.topology.acting && isNeeded(context),
  rollout: 'parallel',
  cleanup: (context) => deletion(context),
  resources: (context) => [creation(context)],
}

function isNeeded({ cluster, topology }: ClusterContext): boolean {
  return topology.init === undefined && cluster.nodes.some((node) => joins(node, topology))
}

function creation(context: StepContext): CommandResource {
  const { cluster, node, runId = '' } = context
  const text = tokenConfiguration(cluster, TOKEN)
  return {
    kind: 'command',
    id: 'bootstrap-token',
    summary: 'kubeadm token create',
    inputs: [{ name: 'token.yaml', content: { text, references: TOKEN.references } }],
    doneText: 'the cluster knows it',
    doneWhen: sh`
found=$(${tokens(node, context)}) || exit 2
printf '%s\n' "$found" | grep -q ${` ${MARK}${runId}$`} || exit 1`,
    // It prints the token.
    run: sh`kubeadm token create --kubeconfig ${ADMIN_CONF} --config "$INPUTS/token.yaml" >/dev/null`,
    undo: 'nothing',
    transient: true,
  }
}

/** Those of runs that were killed go along. */
export function deletion(context: ClusterContext): readonly Cleanup[] {
  const master = actingMaster(context)
  if (master === undefined) return []
  const script = sh`
[ -e ${ADMIN_CONF} ] || exit 0
found=$(${tokens(master, context)}) || exit 1
names=$(printf '%s\n' "$found" | sed -n ${`s/ ${MARK}.*//p`})
[ -n "$names" ] || exit 0
${kubectl(master, context.cluster.endpoint)} -n kube-system delete secret $names`
  return [{ title: 'the token to join with is deleted', node: master.name, script }]
}
