import { TripodError } from '../errors.js'
import type { SshHop, SshSettings } from '../inventory/cluster.js'
import type { SshConfig, SshConfigReader } from './ssh-config.js'

/** One SSH connection on the way to a node; the last one is the node itself. */
export interface Hop {
  /** The node it leads to. */
  readonly node: string
  /** For messages: the node's name, or `NODE (bastion HOST)`. */
  readonly label: string
  readonly host: string
  readonly port: number
  readonly user: string
  /** Private keys, or public ones that the agent holds the other half of. */
  readonly identityFiles: readonly string[]
  /** No other key is offered: the inventory names one, or the ssh configuration says IdentitiesOnly. */
  readonly onlyThese: boolean
  /** The inventory names the key: it must be usable. Files of the ssh configuration are often missing, as ssh has it. */
  readonly required: boolean
  /** User certificates that the ssh configuration names. */
  readonly certificateFiles: readonly string[]
  /** Another agent than that of the run; null for none. */
  readonly agentSocket?: string | null
  readonly hostKeyAlias?: string
  readonly knownHostsFiles: readonly string[]
  readonly policy?: SshConfig['policy']
}

export interface RouteRequest {
  readonly name: string
  readonly ssh: SshSettings
}

const MOST_HOPS = 8

/** The chain of connections to a node, from the operator outward: inventory first, then the user's ssh configuration. */
export async function routeTo(node: RouteRequest, configOf: SshConfigReader): Promise<readonly Hop[]> {
  const { ssh, name } = node
  const config = await configOf(ssh.host)
  const bastions = ssh.bastions.length > 0 ? ssh.bastions : await chain(jumps(name, config), { name, configOf })
  const before = await Promise.all(
    bastions.map(async (hop) => hopOf(names(name, hop.host), hop, await configOf(hop.host))),
  )
  const route = [...before, hopOf({ node: name, label: name }, ssh, config)]
  if (route.length > MOST_HOPS) throw unsupported(name, `a chain of ${route.length} hops`)
  return route
}

interface ChainRequest {
  readonly name: string
  readonly configOf: SshConfigReader
}

/** As OpenSSH does it: how the first jump is reached, its own configuration says; the others are reached through it. */
async function chain(found: readonly LooseHop[], request: ChainRequest): Promise<readonly LooseHop[]> {
  const { name, configOf } = request
  const [first] = found
  if (first === undefined || found.length >= MOST_HOPS) return found
  const before = jumps(name, await configOf(first.host))
  // `Host *` with a ProxyJump means the jump host too, which is not reached through itself.
  const circle = before.some((jump) => found.some(({ host }) => host === jump.host))
  return circle || before.length === 0 ? found : chain([...before, ...found], request)
}

/** A hop as ProxyJump names it: what is left out comes from the configuration of that host. */
type LooseHop = Pick<SshHop, 'host'> & Partial<SshHop>

function names(node: string, bastion: string): Pick<Hop, 'node' | 'label'> {
  return { node, label: `${node} (bastion ${bastion})` }
}

function hopOf(who: Pick<Hop, 'node' | 'label'>, hop: LooseHop, config: SshConfig): Hop {
  return {
    ...who,
    host: config.hostname,
    // The inventory says 22 also when nothing was written there: then a Port of the ssh configuration counts.
    port: hop.port === undefined || hop.port === 22 ? config.port : hop.port,
    user: hop.user ?? config.user,
    identityFiles: hop.identityFile === undefined ? config.identityFiles : [hop.identityFile],
    onlyThese: hop.identityFile !== undefined || config.identitiesOnly,
    required: hop.identityFile !== undefined,
    certificateFiles: config.certificateFiles,
    ...(config.agentSocket !== undefined && { agentSocket: config.agentSocket }),
    knownHostsFiles: config.knownHostsFiles,
    ...(config.hostKeyAlias !== undefined && { hostKeyAlias: config.hostKeyAlias }),
    ...(config.policy && { policy: config.policy }),
  }
}

function jumps(name: string, config: SshConfig): readonly LooseHop[] {
  if (config.proxyCommand !== undefined)
    throw unsupported(name, `ProxyCommand ${config.proxyCommand.split(' ')[0] ?? ''}`)
  return (config.proxyJump ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map(parseJump)
}

function parseJump(text: string): LooseHop {
  const [, user, bracketed, plain, port] = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? []
  return {
    host: bracketed ?? plain ?? text,
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port: Number(port) }),
  }
}

function unsupported(name: string, what: string): TripodError {
  return new TripodError(
    'SSH_FEATURE_MISSING',
    `${name}: the ssh configuration leads there by ${what}, which tripod cannot follow`,
    `Name the way in the inventory: ssh.bastion of ${name}, or use ProxyJump.`,
    { node: name },
  )
}
