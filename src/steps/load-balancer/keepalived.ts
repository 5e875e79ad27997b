import { TripodError } from '../../errors.js'
import { UNTOLD_INTERFACE } from '../../facts/assumed.js'
import { parseAddress } from '../../inventory/address.js'
import type { Cluster, Endpoint, Node } from '../../inventory/cluster.js'
import { carriesBalancer } from '../../inventory/roles.js'
import { sha256 } from '../../resources/digest.js'
import type { FileResource, ServiceResource } from '../../resources/resource.js'
import { render } from '../../templates/index.js'
import { ownFile } from '../files/own-file.js'
import type { StepContext } from '../step.js'

const CONFIG = '/etc/keepalived/keepalived.conf'
/** More of a password keepalived does not look at (keepalived.conf(5)). */
const PASSWORD_LENGTH = 8
const HIGHEST_PRIORITY = 150

/** Asked by keepalived every second; keepalived runs it as root, so nobody else may be able to write it. */
export function checkScript(context: StepContext): FileResource {
  const { cluster, os } = context
  const text = render('check-haproxy.sh', { port: cluster.endpoint.port, peers: peersOf(context) })
  return { ...ownFile(scriptPath(os.keepalivedScripts), text), mode: 0o755 }
}

function carriersOf({ nodes, endpoint }: Cluster): readonly Node[] {
  return nodes.filter((one) => carriesBalancer(one, endpoint))
}

/** Addresses of the other hosts of the load balancer. */
function peersOf({ cluster, node }: StepContext): readonly string[] {
  return carriersOf(cluster).flatMap(({ name, address }) => (name === node.name ? [] : [address]))
}

function scriptPath(directory: string): string {
  return `${directory}/tripod-check-haproxy.sh`
}

/** keepalived's configuration; keepalived itself must accept it before it takes the old one's place. */
export function keepalivedConfig(context: StepContext): FileResource {
  const { cluster, node, os } = context
  const { vip = '', vrrp } = cluster.endpoint
  const isIPv6 = parseAddress(vip)?.family === 6
  const { interval = 1 } = vrrp ?? {}
  // VRRP 3 has no passwords, and that of IPv6 is always 3.
  const hasPassword = !isIPv6 && interval >= 1
  const text = render('keepalived.conf', {
    router: node.name,
    script: scriptPath(os.keepalivedScripts),
    interface: interfaceOf(context),
    id: vrrp?.id ?? 1,
    interval,
    subsecond: interval < 1,
    priority: priorityOf(node, carriersOf(cluster)),
    address: node.address,
    peers: peersOf(context),
    password: hasPassword ? passwordOf(cluster.name, cluster.endpoint) : null,
    vip: `${vip}/${isIPv6 ? 128 : 32}`,
  })
  const validate = ['keepalived', '-t', '-f']
  const brought = os.keepalivedBringsConfig ? { conffileOf: 'keepalived' } : {}
  const file = { ...ownFile(CONFIG, text), mode: 0o600, validate, ...brought, ...untold(context) }
  if (vrrp?.password === undefined || !hasPassword) return file
  const content = { text: text.replace(PLACEHOLDER, '{{password}}'), references: { password: vrrp.password } }
  return { ...file, content, sensitive: true }
}

/** An offline plan cannot know it. */
function untold(context: StepContext): Pick<FileResource, 'notes'> {
  if (interfaceOf(context) !== UNTOLD_INTERFACE) return {}
  return { notes: [`${UNTOLD_INTERFACE} stands for the interface of the route to the VIP, which each machine tells`] }
}

const PLACEHOLDER = 'PASSWORD-OF-THE-INVENTORY'

/** One's own stands in for it; else the same for all hosts, at every time, also offline: no secret to keep. */
function passwordOf(cluster: string, { vip = '', vrrp }: Endpoint): string {
  if (vrrp?.password !== undefined) return PLACEHOLDER
  const digest = BigInt(`0x${sha256(`tripod ${cluster} ${vip} ${vrrp?.id ?? 1}`)}`)
  return digest.toString(36).slice(0, PASSWORD_LENGTH)
}

/** Distinct, and the same for those before it when a host comes last. Who holds the VIP keeps it all the same (nopreempt). */
function priorityOf({ name }: Node, carriers: readonly Node[]): number {
  const step = carriers.length <= 14 ? 10 : 1
  return HIGHEST_PRIORITY - step * carriers.findIndex((one) => one.name === name)
}

/** Where the VIP will live: named, or by the route to it. Throws PREFLIGHT_FAILED where it can be neither. */
export function interfaceOf({ cluster, node, facts }: Pick<StepContext, 'cluster' | 'node' | 'facts'>): string {
  const found = cluster.endpoint.interface ?? facts.vip?.interface
  if (found !== undefined) return found
  throw new TripodError(
    'PREFLIGHT_FAILED',
    `${node.name} has no route to the VIP ${cluster.endpoint.vip ?? ''}, so no interface for it`,
    `Choose an address of the nodes' own network as endpoint.vip in ${cluster.inventoryPath}, or name endpoint.interface.`,
    { node: node.name },
  )
}

export function keepalivedService(context: StepContext): ServiceResource {
  return {
    kind: 'service',
    unit: 'keepalived.service',
    enabled: true,
    active: true,
    runsWith: { files: [CONFIG, scriptPath(context.os.keepalivedScripts)], by: 'reload' },
  }
}
