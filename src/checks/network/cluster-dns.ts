import { parseAddress, specialUse } from '../../inventory/address.js'
import { joinsCluster } from '../../inventory/roles.js'
import { isUntouched, type Seen } from '../../topology.js'
import type { Check, CheckContext } from '../check.js'
import type { Finding } from '../finding.js'

/** The kubelet's own default, and what kubeadm makes of it where systemd-resolved runs. Source: kubeadm's componentconfigs/kubelet.go. */
const DEFAULT = '/etc/resolv.conf'
const RESOLVED = '/run/systemd/resolve/resolv.conf'

/** The kubelet leaves out what comes after these. */
const PASSED_ON = 3

/**
 * P31: CoreDNS asks the nameservers that its node gives it. From within a pod an address of the machine itself is the pod: CoreDNS
 * would ask itself, notice that, and end.
 */
export const clusterDns: Check = (context) =>
  context.seen.flatMap((one) => {
    const { node, facts } = one
    if (!joinsCluster(node)) return []
    const path = pathFor(one, context)
    const servers = { [DEFAULT]: facts.resolvers.etc, [RESOLVED]: facts.resolvers.resolved }[path]
    if (path === RESOLVED && servers === undefined) return finding(one, context, missing(one, context))
    const own = servers?.slice(0, PASSED_ON).filter(isOwn) ?? []
    return own.length === 0 ? [] : finding(one, context, loop({ path, own, one }, context))
  })

/** Of another file nothing is known here: whoever names it knows what is in it. */
function pathFor({ facts }: Seen, { cluster }: CheckContext): string {
  const { resolvConf } = cluster.kubelet
  if (typeof resolvConf === 'string' && resolvConf !== '') return resolvConf
  return facts.resolvers.resolved === undefined ? DEFAULT : RESOLVED
}

function isOwn(server: string): boolean {
  const address = parseAddress(server)
  return address !== undefined && /loopback|unspecified/.test(specialUse(address) ?? '')
}

type Said = Pick<Finding, 'message' | 'fix'>

/** A node that has joined may be served by a Corefile that names other servers. */
function finding({ node }: Seen, { topology }: CheckContext, said: Said): readonly Finding[] {
  const severity = isUntouched(topology.states[node.name]) ? 'fatal' : 'warning'
  return [{ id: 'P31', severity, node: node.name, ...said }]
}

function missing({ node: { name } }: Seen, { cluster }: CheckContext): Said {
  return {
    message: `kubelet.resolvConf is ${RESOLVED}, which is not there on ${name}: no pod would start`,
    fix: `Start systemd-resolved on ${name}, or correct kubelet.resolvConf in ${cluster.inventoryPath}`,
  }
}

interface Loop {
  readonly path: string
  readonly own: readonly string[]
  readonly one: Seen
}

function loop({ path, own, one: { node } }: Loop, { cluster }: CheckContext): Said {
  const start = own.includes('127.0.0.53') ? `start systemd-resolved on ${node.name}, or ` : ''
  const fix = `${start}write the real nameservers into a file on every node, and its path as kubelet.resolvConf into ${cluster.inventoryPath}`
  return {
    message: `Pods on ${node.name} would get nameserver ${own.join(', ')} from ${path}; in a pod that is the pod itself, and CoreDNS ends when it finds that it asks itself`,
    fix: `${fix.charAt(0).toUpperCase()}${fix.slice(1)}`,
  }
}
