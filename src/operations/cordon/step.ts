import { withOwnName } from '../../facts/own-names.js'
import { knownName } from '../../inventory/node-name.js'
import { tripod } from '../../next-step.js'
import type { CommandResource } from '../../resources/resource.js'
import { type Script, sh } from '../../shell.js'
import { actingMaster, kubectl } from '../../steps/control-plane/control-plane.js'
import type { Step, StepContext } from '../../steps/step.js'
import type { Topology } from '../../topology.js'
import { budgets, drain, DRAIN_SECONDS, undrained, WAITS } from '../leaving/drain.js'
import type { CordonIntent } from './intent.js'

const TITLES: Readonly<Record<CordonIntent['to'], string>> = {
  cordon: 'Give a node no new pods',
  uncordon: 'Give a node new pods again',
  drain: 'Move the pods of a node',
}

/** kubectl does it, through the control-plane node that is spoken to: the node itself need not answer. */
export function cordonStep({ to, node }: CordonIntent): Step {
  return {
    id: to,
    title: TITLES[to],
    why: 'The API server notes it on the Node, and the scheduler heeds it.',
    runsOn: ({ name }, { topology }) => name === speaksFor(topology),
    rollout: 'parallel',
    resources: (context) => [command({ to, node }, context)],
  }
}

/** Name of a control-plane node that serves; the acting one may be one that is yet to begin. */
export function speaksFor({ acting, states }: Topology): string | undefined {
  return acting !== undefined && states[acting] === 'control-plane-ready' ? acting : undefined
}

/** Pods that a drain moves: none of a DaemonSet, none that is a file on the node, none that has ended. Source: kubectl's pkg/drain. */
const MOVING = `{{range .items}}{{$stays := false}}{{range .metadata.ownerReferences}}{{if or (eq .kind "DaemonSet") (eq .kind "Node")}}{{$stays = true}}{{end}}{{end}}{{if not (or $stays (eq .status.phase "Succeeded") (eq .status.phase "Failed"))}}{{.metadata.namespace}}/{{.metadata.name}}{{"\\n"}}{{end}}{{end}}`

/** The pods that are named, at most; the rest is counted. */
const NAMED = 10

function command({ to, node }: Pick<CordonIntent, 'to' | 'node'>, context: StepContext): CommandResource {
  const { cluster, node: host } = context
  const kube = kubectl(actingMaster(context) ?? host, cluster.endpoint)
  const name = knownName(withOwnName(node, context.seen))
  const common = { kind: 'command', id: `${to}:${node.name}`, about: node.name, transient: true } as const
  if (to === 'drain')
    return {
      ...common,
      summary: `kubectl drain ${name}`,
      details: [
        `disruption budgets are waited for (${DRAIN_SECONDS / 60} min); pods that nothing would start again elsewhere stop it`,
        'pods of DaemonSets stay; what pods keep in emptyDir volumes is lost',
      ],
      doneText: `${name} gets no new pods, and its pods have moved`,
      doneWhen: sh`${isCordoned(name, kube)}
pods=$(${kube} get pods -A --field-selector ${`spec.nodeName=${name}`} -o ${`go-template=${MOVING}`}) || exit 2
if [ -n "$pods" ]; then
  count=$(printf '%s\n' "$pods" | wc -l)
  verb=have noun=pods more=
  [ "$count" -gt 1 ] || verb=has noun=pod
  [ "$count" -le ${NAMED} ] || more=" and $((count - ${NAMED})) more"
  echo "$count $noun $verb to move: $(printf '%s\n' "$pods" | head -n ${NAMED} | paste -sd, - | sed 's/,/, /g')$more"
  ${budgets(name, kube)}
  budgets
fi
if [ "$cordoned" = true ] && [ -z "$pods" ]; then exit 0; fi
[ "$cordoned" = true ] || echo ${`${name} gets new pods`}
exit 1`,
      run: drain(name, kube),
      news: WAITS,
      explain: (output) => undrained({ node: name, output, uncordon: tripod('node uncordon', node.name) }),
      undo: {
        summary: `kubectl uncordon ${name}; pods stay where they are by then`,
        run: () => sh`${kube} uncordon ${name}`,
      },
      disruption: 'drain',
      detached: true,
      timeoutSeconds: DRAIN_SECONDS + 60,
    }
  const [wanted, found, opposite] =
    to === 'cordon' ? ['true', 'gets new pods', 'uncordon'] : ['', 'gets no new pods', 'cordon']
  return {
    ...common,
    summary: `kubectl ${to} ${name}`,
    doneText: to === 'cordon' ? `${name} gets no new pods` : `${name} gets new pods`,
    doneWhen: sh`${isCordoned(name, kube)}
[ "$cordoned" = ${wanted} ] || { echo ${`${name} ${found}`}; exit 1; }`,
    run: sh`${kube} ${to} ${name}`,
    undo: { summary: `kubectl ${opposite} ${name}`, run: () => sh`${kube} ${opposite} ${name}` },
  }
}

/** Sets `cordoned` to `true` or nothing; a Node that the API server does not have, or does not tell of, ends with 2. */
function isCordoned(name: string, kube: Script): Script {
  return sh`cordoned=$(${kube} get node ${name} -o ${'jsonpath={.spec.unschedulable}'}) || exit 2`
}
