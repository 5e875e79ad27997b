import type { SshSettings } from '../inventory/cluster.js'
import { Channels, type HostStats } from './channels.js'
import type { Credentials } from './login/credentials.js'
import { dial, type DialRules } from './dial.js'
import type { Root } from './transfer/framing.js'
import type { UnknownHostKey } from './trust/host-key.js'
import type { Host } from './host.js'
import { routeTo } from './route.js'
import { SshHost } from './ssh-host.js'
import { sshConfigReader, type SshConfigReader } from './ssh-config.js'

/** What it takes of a node to connect to it. */
export interface ConnectTarget {
  readonly name: string
  readonly ssh: SshSettings
}

/** One object per run, shared by all nodes. */
export interface ConnectOptions {
  readonly credentials: Credentials
  /** Answers for the user's ssh configuration; share one, it remembers. */
  readonly sshConfig?: SshConfigReader
  /** Asks a human whether an unknown host key is right; left out where there is no terminal. Questions come one at a time. */
  readonly ask?: (key: UnknownHostKey) => Promise<boolean>
  /** Things worth a line on stderr: a key that was stored or left out. */
  readonly notice?: (text: string) => void
  readonly signal?: AbortSignal
  /** Counted up: connections to nodes and execs on them. */
  readonly stats?: HostStats
}

/**
 * Opens the one connection to a node. Rejects with NODE_UNREACHABLE, HOST_KEY_*, AUTH_REFUSED, KEY_UNREADABLE,
 * SSH_FEATURE_MISSING or INTERRUPTED. sudo is not tried yet: the first command does that (SUDO_REFUSED).
 */
export async function connect(node: ConnectTarget, options: ConnectOptions): Promise<Host> {
  const { ssh, name } = node
  const route = await routeTo(node, options.sshConfig ?? sshConfigReader(options.notice))
  const channels = await Channels.connect({
    node: name,
    stats: options.stats ?? { connections: 0, execs: 0 },
    dial: () => dial(route, dialRules(node, options), ssh.hostKey),
  })
  return new SshHost({ name, user: ssh.user, root: rootBy(ssh, options.credentials) }, channels)
}

/** What holds for the connections to a node, of the inventory and the run together. */
export function dialRules({ ssh }: ConnectTarget, options: ConnectOptions): DialRules {
  const { credentials, ask, notice, signal } = options
  return {
    credentials,
    agent: ssh.agent,
    knownHosts: ssh.knownHosts,
    ...(ssh.hostKeyPolicy && { policy: ssh.hostKeyPolicy }),
    ...(ask && { ask }),
    ...(notice && { notice }),
    ...(signal && { signal }),
  }
}

function rootBy(ssh: SshSettings, { sudoPassword }: Credentials): Root {
  if (ssh.user === 'root' || !ssh.sudo) return { by: 'login' }
  return { by: 'sudo', ...(sudoPassword && { password: sudoPassword }) }
}
