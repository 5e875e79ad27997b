import { parseAddress } from '../../inventory/address.js'
import type { FileResource, ServiceResource } from '../../resources/resource.js'
import { sh, type Script } from '../../shell.js'
import { render } from '../../templates/index.js'
import { ownFile } from '../files/own-file.js'
import type { StepContext } from '../step.js'
import { isMaster } from '../../inventory/roles.js'
import { urlHost } from '../../inventory/url-host.js'

const CONFIG = '/etc/haproxy/haproxy.cfg'

interface Server {
  readonly name: string
  readonly address: string
  readonly port: number
}

/** Every master from the start, in inventory order: one that is not there yet is down, and no later join changes the file. */
function servers({ cluster }: StepContext): readonly Server[] {
  return cluster.nodes.filter(isMaster).map(({ name, address }) => ({ name, address, port: cluster.endpoint.apiPort }))
}

function isIPv6(address: string): boolean {
  return parseAddress(address)?.family === 6
}

/** HAProxy's configuration; HAProxy itself must accept it before it takes the old one's place. */
export function haproxyConfig(context: StepContext): FileResource {
  const { cluster, facts, os, node } = context
  const { port, vip = node.address } = cluster.endpoint
  const text = render('haproxy.cfg', {
    adminSocket: os.haproxy.adminSocket,
    // The wildcard: the VIP is on one host alone, and a bind to it would fail on all others.
    bind: [vip, node.address].some(isIPv6) ? `:::${port} v4v6` : `*:${port}`,
    // EL8 has HAProxy 1.8.
    legacy: os.id === 'rhel' && facts.os.version.startsWith('8'),
    servers: servers(context).map(({ name, address, port: own }) => ({
      name,
      address: `${urlHost(address)}:${own}`,
    })),
  })
  return { ...ownFile(CONFIG, text), validate: ['haproxy', '-c', '-f'], conffileOf: 'haproxy' }
}

/** Reloaded, not restarted: connections that are open stay with the process that has them. */
export function haproxyService(context: StepContext): ServiceResource {
  return {
    kind: 'service',
    unit: 'haproxy.service',
    enabled: true,
    active: true,
    runsWith: {
      files: [CONFIG],
      by: 'reload',
      inForce: balancesOver(servers(context), context.os.haproxy.adminSocket),
    },
  }
}

/**
 * Asks the running process: columns 4, 5 and 19 of `show servers state` are name, address and port (management guide, 9.3).
 * Right after a reload it may still be the former one that answers: that is waited for, a second and a half.
 */
function balancesOver(wanted: readonly Server[], socket: string): Script {
  const rows = wanted.map(({ name, address, port }) => `${name} ${address} ${port}`)
  return sh`if ! [ -S ${socket} ]; then echo 'HAProxy has no admin socket'; exit 1; fi
for try in 1 2 3 4; do
  balanced=$(echo 'show servers state kube_api' | socat -t 2 stdio ${socket} 2>&1 | awk '$2 == "kube_api" { print $4, $5, $19 }')
  if [ "$balanced" = ${rows.join('\n')} ]; then exit 0; fi
  sleep 0.4
done
if [ -z "$balanced" ]; then balanced='nothing of ours (journalctl -u haproxy tells why)'; fi
echo "HAProxy balances over" $balanced
exit 1`
}
