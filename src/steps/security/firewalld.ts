import { parseAddress } from '../../inventory/address.js'
import type { Cluster, Node } from '../../inventory/cluster.js'
import { neededPorts, type NeededPorts } from '../../inventory/needed-ports.js'
import type { CommandResource, FileResource, Resource } from '../../resources/resource.js'
import { lines, sh, type Script } from '../../shell.js'
import { render, type TemplateData } from '../../templates/index.js'
import type { StepContext } from '../step.js'

type Policy = TemplateData['firewalld-policy.xml']
type Rule = Policy['rules'][number]

/**
 * Policies of our own (firewalld 0.9 and later); the zones stay as they are. They only open, and are asked after the rules of a
 * zone and before its target: what somebody denied stays denied. Pods are known by address, whatever their interfaces are called.
 */
export function firewalldPolicies({ cluster, node }: StepContext): readonly Resource[] {
  const policies = [toHost(cluster, node), forwarded(cluster)]
  return [...policies.map(fileOf), loaded(policies)]
}

function toHost(cluster: Cluster, node: Node): Policy {
  return {
    name: 'tripod',
    forwarded: false,
    rules: [...neededPorts(node, cluster).flatMap(rulesFor), ...subnets(cluster).map((source) => rule({ source }))],
  }
}

function forwarded(cluster: Cluster): Policy {
  return {
    name: 'tripod-pods',
    forwarded: true,
    rules: subnets(cluster).flatMap((subnet) => [rule({ source: subnet }), rule({ destination: subnet })]),
  }
}

function subnets({ network }: Cluster): readonly string[] {
  return [network.podSubnet, network.serviceSubnet]
}

function rulesFor({ from, ports, protocol }: NeededPorts): readonly Rule[] {
  const sources = from === 'anywhere' ? [undefined] : from.map(({ address }) => address)
  const of = ports.length === 0 ? [undefined] : ports.map((port) => port.replace(':', '-'))
  return sources.flatMap((source) => of.map((port) => rule({ source, port, protocol })))
}

function rule(part: {
  readonly [Name in 'source' | 'destination' | 'port' | 'protocol']?: string | undefined
}): Rule {
  const { source = null, destination = null, port = null, protocol = null } = part
  const address = (source ?? destination)?.split('/')[0]
  const family = address === undefined ? null : parseAddress(address)?.family === 6 ? 'ipv6' : 'ipv4'
  return { family, source, destination, port, protocol }
}

/** As firewalld itself prints it. */
function spelled({ family, source, destination, port, protocol }: Rule): string {
  return [
    family === null ? 'rule' : `rule family="${family}"`,
    ...(source === null ? [] : [`source address="${source}"`]),
    ...(destination === null ? [] : [`destination address="${destination}"`]),
    ...(port === null ? [] : [`port port="${port}" protocol="${protocol ?? ''}"`]),
    ...(port === null && protocol !== null ? [`protocol value="${protocol}"`] : []),
    'accept',
  ].join(' ')
}

const pathOf = ({ name }: Policy): string => `/etc/firewalld/policies/${name}.xml`

function fileOf(policy: Policy): FileResource {
  const content = render('firewalld-policy.xml', policy)
  return { kind: 'file', path: pathOf(policy), state: 'present', content, owner: 'root:root', mode: 0o640 }
}

/**
 * firewalld takes in a new policy only when it loads everything again. While it does, it drops what is new, and goes on to where
 * that fails half-way: hence detached, and mended by a restart. What would be lost with the load is a reason not to begin.
 */
function loaded(policies: readonly Policy[]): CommandResource {
  return {
    kind: 'command',
    id: 'firewalld-policies',
    summary: 'firewall-cmd --reload',
    run: sh`if timeout 60 firewall-cmd --reload; then exit 0; fi
systemctl restart firewalld.service
exit 1`,
    doneWhen: lines([
      RUNNING,
      sh`why=`,
      ...policies.map(isLoaded),
      sh`if [ -z "$why" ]; then exit 0; fi`,
      UNSAVED,
      sh`echo "$why"; exit 1`,
    ]),
    doneText: `firewalld has exactly these rules in ${policies.map(({ name }) => name).join(' and ')}`,
    undo: {
      summary: 'the rules are taken away, at run time too',
      run: () => lines([RUNNING, ...policies.map(emptied)]),
    },
    disruption: 'reload',
    units: ['firewalld.service'],
    detached: true,
  }
}

/** One that was stopped reads the files when it starts. */
const RUNNING = sh`state=$(systemctl show -p ActiveState --value firewalld.service) || exit 2
if [ "$state" != active ]; then exit 0; fi`

function isLoaded({ name, rules }: Policy): Script {
  const wanted = rules.map(spelled).toSorted((a, b) => (a < b ? -1 : 1))
  return sh`rules=$(firewall-cmd ${`--policy=${name}`} --list-rich-rules 2>&1) || case $rules in
  *INVALID_POLICY*) rules= ;;
  *) echo "$rules"; exit 2 ;;
esac
if [ "$(printf '%s\n' "$rules" | sort)" != ${wanted.join('\n')} ]; then why=${`it has other rules in the policy ${name}, or none`}; fi`
}

/** Rules of zones that somebody added at run time alone; which interfaces are in them, others tell it again. */
const UNSAVED = sh`now=$(firewall-cmd --get-default-zone && firewall-cmd --list-all-zones) || exit 2
kept=$(firewall-offline-cmd --get-default-zone && firewall-offline-cmd --list-all-zones) || exit 2
bare() { printf '%s\n' "$1" | sed 's/^\([^ ]*\) (.*)$/\1/; /^  interfaces:/d'; }
if [ "$(bare "$now")" != "$(bare "$kept")" ]; then
  echo 'its zones have something at run time that is not in its files, and a reload would lose: keep it by firewall-cmd --runtime-to-permanent, or give it up by firewall-cmd --reload'
  exit 2
fi`

function emptied({ name }: Policy): Script {
  return sh`rules=$(firewall-cmd ${`--policy=${name}`} --list-rich-rules) || exit
printf '%s\n' "$rules" | while read -r rule; do
  if [ -n "$rule" ]; then firewall-cmd ${`--policy=${name}`} --remove-rich-rule="$rule" </dev/null || exit; fi
done || exit`
}
