import type { CommandResource, Resource } from '../resources/resource.js'
import { lines, sh, type Script } from '../shell.js'
import { neededPorts, type NeededPorts } from '../inventory/needed-ports.js'
import { replaceSetting } from './replace-setting.js'
import type { StepContext } from './step.js'

/** Our rules are known by this comment. */
const MARK = "comment 'tripod'"

/** Rules of ours beside those of others, each in the words that `ufw show added` prints again. They only ever open. */
export function ufwRules(context: StepContext): readonly Resource[] {
  return [
    rules(wantedRules(context)),
    replaceSetting('/etc/default/ufw', { name: 'DEFAULT_FORWARD_POLICY', from: 'DROP', to: '"ACCEPT"' }),
    forwarding,
  ]
}

/** The words after `ufw`, the comment left out. */
function wantedRules({ node, cluster }: StepContext): readonly string[] {
  const { podSubnet, serviceSubnet } = cluster.network
  return [
    ...neededPorts(node, cluster).flatMap(rulesFor),
    ...[podSubnet, serviceSubnet].map((subnet) => `allow from ${subnet}`),
  ].toSorted((a, b) => (a < b ? -1 : 1))
}

function rulesFor({ from, ports, protocol }: NeededPorts): readonly string[] {
  if (from === 'anywhere') return ports.map((port) => `allow ${port}/${protocol}`)
  return from.flatMap(({ address }) =>
    protocol === 'vrrp'
      ? [`allow from ${address} proto vrrp`]
      : ports.map((port) => `allow from ${address} to any port ${port} proto ${protocol}`),
  )
}

function rules(wanted: readonly string[]): CommandResource {
  return {
    kind: 'command',
    id: 'ufw-rules',
    summary: `${wanted.length} rules of tripod`,
    details: wanted.map((rule) => `ufw ${rule}`),
    run: lines([OURS, sh`set -f`, ...wanted.map(add), dropOthers(wanted)]),
    doneWhen: lines([
      OURS,
      sh`if [ "$ours" = ${wanted.join('\n')} ]; then exit 0; fi`,
      sh`echo ${`not all of ${wanted.length} rules are there, or others of tripod's are`}`,
      sh`exit 1`,
    ]),
    doneText: 'ufw has exactly these rules of tripod, beside those of others',
    undo: { summary: 'the rules of tripod are deleted', run: () => lines([OURS, sh`set -f`, dropOthers([])]) },
    timeoutSeconds: 300,
  }
}

const OURS = sh`added=$(ufw show added) || exit 2
ours=$(printf '%s\n' "$added" | sed -n ${`s/^ufw \\(.*\\) ${MARK}$/\\1/p`} | sort)`

function add(rule: string): Script {
  return sh`case "
$ours
" in *"
"${rule}"
"*) ;; *) ufw ${rule.split(' ')} comment tripod || exit $? ;; esac`
}

/** Rules of ours that nothing wants any more. */
function dropOthers(wanted: readonly string[]): Script {
  return sh`wanted=${`\n${wanted.join('\n')}\n`}
printf '%s\n' "$ours" | while read -r rule; do
  case $wanted in *"
$rule
"*) ;; *) if [ -n "$rule" ]; then ufw delete $rule || exit $?; fi ;; esac
done`
}

/** Pods' packets are forwarded; the file is read by a reload alone. */
const forwarding: CommandResource = {
  kind: 'command',
  id: 'ufw-forwarding',
  summary: 'ufw reload',
  run: sh`ufw reload`,
  doneWhen: sh`policy=$(iptables -S FORWARD | head -n 1) || exit 2
if [ "$policy" = '-P FORWARD ACCEPT' ]; then exit 0; fi
echo "the kernel has $policy"
exit 1`,
  doneText: 'forwarded packets are not dropped',
  undo: { summary: 'ufw reload', run: () => sh`ufw reload` },
  disruption: 'reload',
}
