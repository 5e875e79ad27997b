import { access } from 'node:fs/promises'
import { messageOf, TripodError } from '../errors.js'
import type { Secret } from '../secret.js'
import { publicHalf, type Keyring } from './keyring.js'
import type { Credential, PrivateKey } from './link.js'
import type { Hop } from './route.js'
import { agentKeys } from './ssh.js'

/** What the operator can prove himself with. Secrets come from the environment or a prompt, never from a flag. */
export interface Credentials {
  readonly keys: Keyring
  readonly sshPassword?: Secret
  readonly sudoPassword?: Secret
  /** Path of the agent's socket (SSH_AUTH_SOCK). */
  readonly agentSocket?: string
}

interface Sources {
  readonly credentials: Credentials
  readonly agent: boolean
  readonly notice?: (text: string) => void
}

/** Ways to log in to one hop, in the order to try them: key files, agent, password. Rejects when a named key cannot be used. */
export async function credentialsFor(hop: Hop, sources: Sources): Promise<readonly Credential[]> {
  const { sshPassword } = sources.credentials
  const agent = await agentOf(hop, sources)
  const files = hop.named ? hop.identityFiles : await existing(hop.identityFiles)
  const ways: Credential[] = []
  for (const path of files) {
    const half = await publicHalf(path)
    // What the agent holds needs no passphrase.
    if (half && agent?.keys.some((key) => key.equals(half))) continue
    const key = await usableKey(path, hop, sources)
    if (key) ways.push({ kind: 'key', label: path, key })
  }
  if (agent) ways.push(await agentWay(hop, agent))
  if (sshPassword) ways.push({ kind: 'password', label: 'the password', password: sshPassword })
  if (ways.length === 0) throw nothing(hop)
  return ways
}

async function usableKey(path: string, hop: Hop, sources: Sources): Promise<PrivateKey | undefined> {
  try {
    return await sources.credentials.keys.key(path)
  } catch (error) {
    if (hop.named) throw naming(hop, error)
    sources.notice?.(`${hop.label}: ${messageOf(error)}; it is left out`)
    return undefined
  }
}

interface Agent {
  readonly socket: string
  readonly keys: readonly Buffer[]
}

async function agentOf(hop: Hop, sources: Sources): Promise<Agent | undefined> {
  const socket = sources.credentials.agentSocket
  if (!sources.agent || socket === undefined || socket === '') return undefined
  try {
    return { socket, keys: await agentKeys(socket) }
  } catch (error) {
    sources.notice?.(`${hop.label}: the SSH agent does not answer (${messageOf(error)}); it is left out`)
    return undefined
  }
}

async function agentWay(hop: Hop, agent: Agent): Promise<Credential> {
  const way = { kind: 'agent', label: 'the agent', socket: agent.socket } as const
  if (!hop.named) return way
  const halves = await Promise.all(hop.identityFiles.map(publicHalf))
  return { ...way, only: halves.filter((half) => half !== undefined) }
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const there = await Promise.all(
    paths.map((path) =>
      access(path)
        .then(() => true)
        .catch(() => false),
    ),
  )
  return paths.filter((_, index) => there[index])
}

function naming(hop: Hop, error: unknown): unknown {
  if (!(error instanceof TripodError)) return error
  return new TripodError(error.code, `${hop.label}: ${error.message}`, error.hint, { ...error.detail, node: hop.node })
}

function nothing(hop: Hop): TripodError {
  return new TripodError(
    'AUTH_REFUSED',
    `${hop.label}: there is nothing to log in with as ${hop.user}@${hop.host}: no key file, no agent, no password`,
    'Set ssh.identityFile in the inventory, start an agent, or pass --ask-ssh-pass.',
    { node: hop.node },
  )
}

/** For messages: what was offered, never a value. */
export function offered(ways: readonly Credential[]): string {
  return ways.map((way) => way.label).join(', ')
}
