import { carriesBalancer } from '../../inventory/roles.js'
import type { CommandResource, Resource, ServiceResource } from '../../resources/resource.js'
import { lines, sh } from '../../shell.js'
import { firewalldPolicies } from './firewalld.js'
import { leavesCalicoAlone } from './network-manager.js'
import { portMatrix } from '../port-matrix.js'
import { replaceSetting } from '../files/replace-setting.js'
import type { Step, StepContext } from '../step.js'
import { GONE, ufwRules } from './ufw.js'

/**
 * SELinux and the firewall that is there, as the inventory wants them, and NetworkManager kept from Calico's interfaces. Nothing
 * is installed, nobody's rules are touched, and nftables.service is left alone: its reload would flush what kube-proxy and Calico
 * wrote.
 */
export const security: Step = {
  id: 'security',
  title: 'Let the cluster through SELinux and firewall',
  why: 'Both stop what a node needs without a word of the cluster; what is opened is only what its parts say to each other.',
  runsOn: () => true,
  rollout: 'parallel',
  dependsOnMembership: true,
  gates: (context) => [portMatrix(context, 'after')],
  resources: (context): readonly Resource[] => [
    ...selinux(context),
    ...firewall(context),
    ...leavesCalicoAlone(context),
  ],
}

function selinux({ cluster, facts, node }: StepContext): readonly Resource[] {
  if (facts.security.selinux === undefined) return []
  if (cluster.selinux === 'permissive')
    return [permissive, replaceSetting('/etc/selinux/config', { name: 'SELINUX', from: 'enforcing', to: 'permissive' })]
  // The policy for containers comes with the base packages.
  return carriesBalancer(node, cluster.endpoint) ? [haproxyConnects] : []
}

/** Where it was switched off since then, there is nothing to take back, and its programs fail. */
const ONLY_WITH_IT = sh`if [ ! -e /sys/fs/selinux/enforce ]; then exit 0; fi`

const permissive: CommandResource = {
  kind: 'command',
  id: 'selinux-permissive',
  summary: 'setenforce 0',
  run: sh`setenforce 0`,
  doneWhen: sh`read -r enforce </sys/fs/selinux/enforce || exit 2
[ "$enforce" = 0 ]`,
  doneText: 'getenforce says Permissive',
  remember: sh`cat /sys/fs/selinux/enforce`,
  undo: {
    summary: 'setenforce as before',
    run: (before) => lines([ONLY_WITH_IT, sh`setenforce ${before.trim() === '1' ? 1 : 0}`]),
  },
}

/** HAProxy may connect only to ports that SELinux knows as HTTP's; those of API servers are none. */
const haproxyConnects: CommandResource = {
  kind: 'command',
  id: 'selinux-haproxy-connect-any',
  summary: 'setsebool -P haproxy_connect_any 1',
  run: sh`setsebool -P haproxy_connect_any 1`,
  doneWhen: sh`said=$(getsebool haproxy_connect_any) || exit 2
case $said in *' on') ;; *) echo "$said"; exit 1 ;; esac`,
  doneText: 'HAProxy may connect to any port',
  remember: sh`getsebool haproxy_connect_any`,
  undo: {
    summary: 'the former value is set again',
    run: (before) =>
      lines([ONLY_WITH_IT, sh`setsebool -P haproxy_connect_any ${before.trim().endsWith('on') ? 1 : 0}`]),
  },
  timeoutSeconds: 180,
}

/** What tripod added to, or switched off, stays wanted so while it is not at work: it may be again tomorrow. */
function firewall(context: StepContext): readonly Resource[] {
  const { cluster, facts } = context
  const isThere = (name: 'ufw' | 'firewalld', entry: string): boolean =>
    facts.security.firewalls.includes(name) || entry in facts.record.entries
  if (cluster.firewall === 'disable')
    return [
      ...(isThere('ufw', 'command:ufw-off') ? [ufwOff] : []),
      ...(isThere('firewalld', 'service:firewalld.service') ? [firewalldOff] : []),
    ]
  if (cluster.firewall !== 'manage') return []
  return [
    ...(isThere('ufw', 'command:ufw-rules') ? ufwRules(context) : []),
    ...(isThere('firewalld', 'command:firewalld-policies') ? firewalldPolicies(context) : []),
  ]
}

/** Both let everything in and cut nobody off; what drops packets beside them is not theirs, and the port matrix finds it. */
const ufwOff: CommandResource = {
  kind: 'command',
  id: 'ufw-off',
  summary: 'ufw disable',
  run: sh`ufw disable`,
  doneWhen: sh`${GONE}
said=$(ufw status) || exit 2
case $said in *': inactive'*) ;; *) echo 'ufw is active'; exit 1 ;; esac`,
  doneText: 'ufw is inactive',
  undo: { summary: 'ufw enable', run: () => sh`ufw --force enable` },
}

const firewalldOff: ServiceResource = { kind: 'service', unit: 'firewalld.service', enabled: false, active: false }
