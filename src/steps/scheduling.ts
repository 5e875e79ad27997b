import type { Cluster, Node, Taint } from '../inventory/cluster.js'
import { knownName } from '../inventory/node-name.js'
import { nodeList } from '../inventory/node-list.js'
import { isMaster, joinsCluster } from '../inventory/roles.js'
import type { CommandResource } from '../resources/resource.js'
import { lines, type Script, sh } from '../shell.js'
import { ADMIN_CONF, kubectl } from './control-plane/control-plane.js'
import { masterTaints } from './kubeadm/kubeadm-taints.js'
import type { Step, StepContext } from './step.js'

const ROLE = 'node-role.kubernetes.io/'
/** With it, load balancers of the cloud kind pass a master by. Source: kubernetes.io, well-known labels. */
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers'

/** Labels and taints as the inventory has them, through the master that is spoken to; what others put on nodes stays. */
export const scheduling: Step = {
  id: 'scheduling',
  title: 'Say what runs where',
  why: 'Masters that carry workloads lose the taint that keeps them off, and each node has the labels and taints of the inventory.',
  runsOn: (node, { topology }) => node.name === topology.acting,
  rollout: 'parallel',
  resources: (context) => [settings(context)],
}

/** What a node shall have and shall not have, as lines `label k=v`, `taint k=v:effect`; of what it shall not have, the key alone. */
interface Wanted {
  readonly node: Node
  readonly present: readonly string[]
  readonly absent: readonly string[]
}

function wantedOf(node: Node, cluster: Cluster): Wanted {
  const carries = node.roles.includes('worker')
  const taint = ({ key, value, effect }: Taint): string => `taint ${key}=${value}:${effect}`
  const own = [...Object.entries(node.labels).map(([key, value]) => `label ${key}=${value}`), ...node.taints.map(taint)]
  if (!isMaster(node)) return { node, present: own, absent: [] }
  const role = `label ${ROLE}control-plane=`
  if (!carries)
    return {
      node,
      present: [role, `label ${EXCLUDED}=`, ...masterTaints(cluster.kubernetes.minor).map(taint), ...own],
      absent: [],
    }
  const keys = [`${ROLE}master`, `${ROLE}control-plane`]
  return { node, present: [role, ...own], absent: [...keys.map((key) => `taint ${key}`), `label ${EXCLUDED}`] }
}

/** `taint k=v:effect` or `label k=v` of each node, after its name. */
const FORMAT = `{{range .items}}{{$n := .metadata.name}}{{range $k, $v := .metadata.labels}}{{$n}} label {{$k}}={{$v}}{{"\\n"}}{{end}}{{range .spec.taints}}{{$n}} taint {{.key}}={{if .value}}{{.value}}{{end}}:{{.effect}}{{"\\n"}}{{end}}{{end}}`

/** Who joined and has no Node any more is for a check to tell: nothing can be said of it until it registers again. */
function isGone({ name }: Node, { topology, facts: { kubernetes } }: StepContext): boolean {
  const isJoined = topology.states[name] === 'worker-ready' || topology.states[name] === 'control-plane-ready'
  return isJoined && kubernetes.nodes?.includes(name) === false
}

function settings(context: StepContext): CommandResource {
  const { cluster, node: master, seen } = context
  const nodes = seen.map(({ node }) => node).filter((node) => joinsCluster(node) && !isGone(node, context))
  const wanted = nodes.map((node) => wantedOf(node, cluster))
  const kube = kubectl(master, cluster.endpoint)
  const present = wanted.flatMap(({ node, present }) => present.map((line) => `${knownName(node)} ${line}`))
  const absent = wanted.flatMap(({ node, absent }) => absent.map((line) => `${knownName(node)} ${line}=`))
  return {
    kind: 'command',
    id: 'node-settings',
    summary: 'labels and taints',
    details: describe(wanted),
    doneText: 'labels and taints are as listed',
    doneWhen: sh`
[ -e ${ADMIN_CONF} ] || exit 1
found=$(${kube} get nodes -o ${`go-template=${FORMAT}`}) || exit 2
for node in ${nodes.map(knownName)}; do
  printf '%s\n' "$found" | awk -v name="$node" '$1 == name { found = 1 } END { exit !found }' || { echo "$node is not in the cluster yet"; exit 1; }
done
for line in ${present}; do
  printf '%s\n' "$found" | grep -qxF -e "$line" || { echo "$line is missing"; exit 1; }
done
for line in ${absent}; do
  if printf '%s\n' "$found" | awk -v line="$line" 'index($0, line) == 1 { found = 1 } END { exit !found }'; then echo "$line is there"; exit 1; fi
done`,
    run: lines([sh`set -e`, ...wanted.flatMap((one) => changes(one, kube))]),
    undo: 'nothing',
  }
}

function changes({ node, present, absent }: Wanted, kube: Script): readonly Script[] {
  const name = knownName(node)
  const strip = (line: string): string => line.replace(/^\w+ /, '')
  const labels = present.filter((line) => line.startsWith('label ')).map(strip)
  const taints = present.filter((line) => line.startsWith('taint ')).map(strip)
  const without = (kind: string): readonly string[] =>
    absent.filter((line) => line.startsWith(`${kind} `)).map((line) => `${strip(line)}-`)
  const own = [
    ...(labels.length + without('label').length > 0
      ? [sh`${kube} label --overwrite node ${name} ${[...labels, ...without('label')]}`]
      : []),
    ...(taints.length > 0 ? [sh`${kube} taint --overwrite node ${name} ${taints}`] : []),
    // To take a taint away that is not there is an error to kubectl; a label, none.
    ...without('taint').map(
      (key) => sh`
keys=$(${kube} get node ${name} -o ${'go-template={{range .spec.taints}}{{.key}}{{"\\n"}}{{end}}'})
if printf '%s\n' "$keys" | grep -qxF -e ${key.slice(0, -1)}; then ${kube} taint node ${name} ${key}; fi`,
    ),
  ]
  // Who could not join is for the step that joins to tell.
  return own.length === 0
    ? []
    : [sh`if [ -n "$(${kube} get node ${name} --ignore-not-found -o name)" ]; then`, ...own, sh`fi`]
}

/** A line for all nodes that are to have the same. */
function describe(wanted: readonly Wanted[]): readonly string[] {
  const names = new Map<string, readonly string[]>()
  for (const { node, present, absent } of wanted) {
    const shown = [...present, ...absent.map((line) => `no ${line}`)].join(', ') || 'as it is'
    names.set(shown, [...(names.get(shown) ?? []), node.name])
  }
  return [...names].map(([shown, nodes]) => `${nodeList(nodes)}: ${shown}`)
}
