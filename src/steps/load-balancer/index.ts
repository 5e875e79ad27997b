import { carriesBalancer } from '../../inventory/roles.js'
import type { PackageResource } from '../../resources/resource.js'
import { balancerGates } from './balancer-gates.js'
import { haproxyConfig, haproxyService } from './haproxy.js'
import { checkScript, keepalivedConfig, keepalivedService } from './keepalived.js'
import { scriptLabel } from './keepalived-label.js'
import type { Step } from '../step.js'

export { balancerGates }

/**
 * HAProxy on each host of the load balancer, and keepalived, which gives the VIP to one that can serve. One host after the
 * other, the one that holds the VIP last: somebody always answers for it.
 */
export const loadBalancer: Step = {
  id: 'load-balancer',
  title: 'Set up HAProxy and the VIP',
  why: 'Every client reaches the API servers under one address, which outlives any one of them.',
  runsOn: (node, { cluster }) => carriesBalancer(node, cluster.endpoint),
  rollout: 'serial',
  dependsOnMembership: true,
  goesLast: ({ facts }) => facts.vip?.held === true,
  gates: balancerGates,
  // The packages first: they bring what checks the configurations. HAProxy's own default serves nobody, and keepalived does
  // not start without a configuration. HAProxy answers before keepalived asks it.
  resources: (context) => [
    {
      ...daemon('haproxy'),
      data: ['/var/lib/haproxy'],
      // Debian's postinst reloads it; the rpm's scriptlet restarts it (%systemd_postun_with_restart).
      daemon: { unit: 'haproxy.service', by: context.os.format === 'deb' ? 'reload' : 'restart' },
    },
    { ...daemon('keepalived'), data: PROTOCOL_NAMES, daemon: { unit: 'keepalived.service', by: 'restart' } },
    haproxyConfig(context),
    checkScript(context),
    ...scriptLabel(context),
    keepalivedConfig(context),
    haproxyService(context),
    keepalivedService(context),
  ],
}

/** keepalived 2.3 tells iproute2 its name when it starts, and leaves that there. */
const PROTOCOL_NAMES = ['/etc/iproute2/rt_addrprotos.d', '/etc/iproute2']

function daemon(name: string): PackageResource {
  return { kind: 'package', name, held: false, noted: true }
}
