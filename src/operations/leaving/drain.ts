import type { CommandResource } from '../../resources/resource.js'
import { type Script, sh } from '../../shell.js'
import { AGAIN, next, type NextStep } from '../../next-step.js'

/** Pods get their own time to end, and budgets are waited for. */
export const DRAIN_SECONDS = 300

const EXPRESSION = `{{.key}} {{if eq .operator "In"}}in{{else if eq .operator "NotIn"}}notin{{end}}{{if .values}} ({{range $i, $value := .values}}{{if $i}},{{end}}{{$value}}{{end}}){{end}}`

/** Namespace, name, healthy, wanted and selector, in kubectl's own spelling, of each budget that lets nobody go now. */
const STRICT = `{{range .items}}{{if and .status.expectedPods (not .status.disruptionsAllowed)}}{{.metadata.namespace}} {{.metadata.name}} {{.status.currentHealthy}} {{.status.desiredHealthy}} {{range $key, $value := .spec.selector.matchLabels}}{{$key}}={{$value}},{{end}}{{range .spec.selector.matchExpressions}}{{if eq .operator "DoesNotExist"}}!{{.key}}{{else}}${EXPRESSION}{{end}},{{end}}{{"\\n"}}{{end}}{{end}}`

/** Pods that are not on their way out already. */
const STAYING = `{{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}{{"\\n"}}{{end}}{{end}}`

/** What the drain prints of a pod it waits for. */
export const WAITS = /^disruption budget (\S+) keeps pod (\S+) on \S+ \(.*\)$/

/** Defines `budgets`, which prints the budgets that keep pods of that node now, a line each (`WAITS`). */
export function budgets(node: string, kube: Script): Script {
  const keeps = `on ${node}`
  return sh`budgets() {
  ${kube} get poddisruptionbudgets -A -o ${`go-template=${STRICT}`} | sed 's/,$//' | while read -r namespace budget healthy wanted selector; do
    ${kube} get pods -n "$namespace" -l "$selector" --field-selector ${`spec.nodeName=${node}`} -o ${`go-template=${STAYING}`} | while read -r pod; do
      echo "disruption budget $namespace/$budget keeps pod $namespace/$pod" ${keeps} "($healthy healthy, $wanted wanted)"
    done
  done
}`
}

/**
 * Moves the pods of a node; ends with 1 where that cannot be. Pods that nothing would start again are told before anything is
 * cordoned; which budgets are waited for is printed every ten seconds (`WAITS`), for kubectl names the pod alone.
 */
export function drain(node: string, kube: Script): Script {
  const command = sh`${kube} drain ${node} --ignore-daemonsets --delete-emptydir-data --request-timeout 0`
  return sh`
${budgets(node, kube)}
${command} --dry-run=client >/dev/null || exit 1
${command} ${`--timeout=${DRAIN_SECONDS}s`} & drain=$!
seconds=0
while kill -0 "$drain" 2>/dev/null; do
  sleep 1
  seconds=$((seconds + 1))
  if [ $((seconds % 10)) = 5 ]; then budgets; fi
done
wait "$drain" || { budgets; echo ${`${node} is not drained`}; exit 1; }`
}

type Explained = ReturnType<NonNullable<CommandResource['explain']>>

interface Undrained {
  /** As the API knows it. */
  readonly node: string
  readonly output: string
  /** The command that takes the cordon back. */
  readonly uncordon: NextStep
  /** What there is to do if the node is to stay as it was; left out: nothing else. */
  readonly back?: NextStep
}

/** Why a drain did not end well; undefined if it is not known. Source: kubectl drain's own words (pkg/drain, 1.22 to 1.36). */
export function undrained({ node, output, uncordon, back = '' }: Undrained): Explained {
  // Before 1.24: `Pods not managed by ReplicationController, ...`.
  const unmanaged =
    /(?:declare no controller|Pods not managed by)[^:]*: ([^\n[\];]+?)(?:, (?:continuing|aborting) command.*)?$/m.exec(
      output,
    )?.[1]
  if (unmanaged !== undefined)
    return {
      message: `nothing would start these pods of ${node} again elsewhere: ${unmanaged.trim()}`,
      fix: next`Delete them by hand if they may go (kubectl delete pod), then run \`${AGAIN}\` again.${back}`,
    }
  if (!output.includes(`${node} is not drained`)) return undefined
  const kept = keptBy(output)
  const [first] = kept
  const stays = next`${node} stays cordoned: ${uncordon} takes that back.${back}`
  if (first !== undefined) {
    const [namespace = '', budget = ''] = first.budget.split('/')
    return {
      message: `${kept.map((one) => `disruption budget ${one.budget} keeps pod ${one.pod}`).join(', ')} on ${node}`,
      fix: next`Start more of these pods elsewhere or loosen the budget (kubectl edit pdb -n ${namespace} ${budget}), then run \`${AGAIN}\` again. ${stays}`,
    }
  }
  const slow = /error when (?:waiting for|evicting) pods?(?: |\/)"(\S+?)"/.exec(output)?.[1]
  return {
    message: slow === undefined ? `${node} could not be drained` : `pod ${slow} is still on ${node}`,
    fix: next`Look at what kubectl says, then run \`${AGAIN}\` again. ${stays}`,
  }
}

/** As it was at the end: what kept a pod for a while is no reason any more. */
function keptBy(output: string): readonly { readonly budget: string; readonly pod: string }[] {
  const said = output.split('\n')
  const end = said.slice(
    said.findLastIndex((line) => /^(error|evicting|There are pending|node\/|pod\/)/.test(line)) + 1,
  )
  return end.flatMap((line) => {
    const [, budget, pod] = WAITS.exec(line) ?? []
    return budget === undefined || pod === undefined ? [] : [{ budget, pod }]
  })
}
