import { parseAddress } from '../../inventory/address.js'
import { neededPorts, type NeededPorts } from '../../inventory/needed-ports.js'
import type { CommandResource, Resource } from '../../resources/resource.js'
import { lines, sh, type Script } from '../../shell.js'
import { replaceSetting } from '../files/replace-setting.js'
import type { StepContext } from '../step.js'

/**
 * Rules of ours beside those of others, known by their comment, each in the words that `ufw show added` prints again. They only
 * open and come last, where ufw asks what others said first: no way in can be lost by them.
 */
export function ufwRules(context: StepContext): readonly Resource[] {
  return [
    rules(wantedRules(context)),
    replaceSetting('/etc/default/ufw', { name: 'DEFAULT_FORWARD_POLICY', from: 'DROP|REJECT', to: '"ACCEPT"' }),
    forwarding(context),
  ]
}

/** The words after `ufw`, the comment left out. */
function wantedRules({ node, cluster }: StepContext): readonly string[] {
  const { podSubnet, serviceSubnet, cni } = cluster.network
  const interfaces = cni === 'calico' ? ['cali+', 'tunl0', 'vxlan.calico'] : []
  const all = [
    ...neededPorts(node, cluster).flatMap(rulesFor),
    ...[podSubnet, serviceSubnet].map((subnet) => `allow from ${subnet}`),
    ...interfaces.map((name) => `allow in on ${name}`),
  ]
  return [...new Set(all)].toSorted((a, b) => (a < b ? -1 : 1))
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
    run: lines([differences(wanted), ADD, DELETE]),
    doneWhen: lines([GONE, differences(wanted), TELL]),
    doneText: 'ufw has these rules, and no others of tripod',
    undo: { summary: 'the rules of tripod are deleted', run: () => lines([GONE, differences([]), DELETE]) },
    // Half a second each on a slow machine, and some for each node of a large cluster.
    timeoutSeconds: 900,
    detached: true,
  }
}

/** One that somebody removed has no rules to be asked for. */
export const GONE = sh`if ! command -v ufw >/dev/null; then exit 0; fi`

/**
 * ufw takes a rule that differs from another in action, log or comment alone for that very rule, and changes it: one of others that
 * opens the same must stay as it is, and one that closes or limits it is for them to take away.
 */
function differences(wanted: readonly string[]): Script {
  return sh`wanted=${wanted.join('\n')}
added=$(ufw show added) || exit 2
ours=$(printf '%s\n' "$added" | sed -n "s/^ufw \(.*\) comment 'tripod'$/\1/p")
plain=$(printf '%s\n' "$added" | sed "s/^ufw //; s/ comment '[^']*'$//; s/ log\(-all\)\{0,1\}\( \|$\)/\2/")
closing=$(printf '%s\n' "$plain" | sed -n 's/^\(deny\|reject\|limit\) /allow /p')
missing=$(printf '%s\n' "$wanted" | grep -vxF -e "$plain")
obsolete=$(printf '%s\n' "$ours" | grep -vxF -e "$wanted")
against=$(printf '%s\n' "$missing" | grep -xF -e "$closing" | sed 's/^allow //' | paste -sd, -)`
}

const TELL = sh`if [ -n "$against" ]; then
  printf 'rules of somebody else deny or limit: %s; delete those, or open it all yourself (firewall: ignore)' "$against"
  exit 2
fi
if [ -z "$missing$obsolete" ]; then exit 0; fi
if [ -n "$missing" ]; then printf '%s\n' "$missing" | sed 's/^/ufw /'; fi
if [ -n "$obsolete" ]; then printf '%s\n' "$obsolete" | sed 's/^/ufw delete /'; fi
exit 1`

const ADD = sh`set -f
printf '%s\n' "$missing" | while read -r rule; do
  if [ -n "$rule" ]; then ufw $rule comment tripod </dev/null || exit; fi
done || exit`

const DELETE = sh`set -f
printf '%s\n' "$obsolete" | while read -r rule; do
  if [ -n "$rule" ]; then ufw delete $rule </dev/null || exit; fi
done`

/**
 * Pods' packets are forwarded; the file is read when ufw starts. What it wants is said to the kernel itself: `ufw reload` would
 * bring whatever else somebody wrote into its files and did not load yet, maybe without a way in for SSH.
 */
function forwarding({ cluster }: StepContext): CommandResource {
  const isIPv6 = parseAddress(cluster.network.podSubnet.split('/')[0] ?? '')?.family === 6
  const [tables, rejecting] = isIPv6 ? ['ip6tables', 'ufw6-reject-forward'] : ['iptables', 'ufw-reject-forward']
  return {
    kind: 'command',
    id: 'ufw-forwarding',
    summary: `${tables} -P FORWARD ACCEPT`,
    run: sh`${tables} -w -P FORWARD ACCEPT && ${tables} -w -F ${rejecting}`,
    doneWhen: sh`${GONE}
said=$(ufw status) || exit 2
case $said in *': inactive'*) exit 0 ;; esac
said=$(${tables} -w -S FORWARD && ${tables} -w -S ${rejecting}) || exit 2
case $said in *'-P FORWARD ACCEPT'*) ;; *) echo 'the kernel drops them'; exit 1 ;; esac
case $said in *'-j REJECT'*) echo 'ufw rejects them'; exit 1 ;; esac`,
    doneText: 'forwarded packets, as those of pods, are let through',
    remember: sh`${tables} -w -S FORWARD | head -n 1`,
    undo: {
      summary: 'the former policy again',
      run: (before) => sh`${tables} -w -P FORWARD ${before.trim().endsWith(' DROP') ? 'DROP' : 'ACCEPT'}`,
    },
  }
}
