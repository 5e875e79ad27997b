import { access } from 'node:fs/promises'
import { messageOf, TripodError } from '../../errors.js'
import type { Secret } from '../../secret.js'
import { agentIdentities, type AgentIdentity } from './agent-identities.js'
import type { Keyring } from '../signing/keyring.js'
import type { Credential, PrivateKey } from '../link.js'
import { certificateIn, certifies, isCertificate, publicHalf, type PublicHalf } from './public-key.js'
import type { Hop } from '../route.js'

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

/** What a hop is offered, and what ssh would offer besides. */
export interface Offer {
  /** In the order to try them. */
  readonly ways: readonly Credential[]
  /** What ssh would log in with and tripod cannot (certificates, hardware tokens), for messages. */
  readonly beyond: readonly string[]
}

/**
 * Ways to log in to one hop in the order of ssh, for a server counts attempts: keys of the agent that the configuration names,
 * the agent's other keys, other key files, password. Rejects if the inventory's key cannot be used, or if there is nothing.
 */
export async function credentialsFor(hop: Hop, sources: Sources): Promise<Offer> {
  const { sshPassword } = sources.credentials
  const agent = await agentOf(hop, sources)
  const files = await Promise.all(hop.identityFiles.map(async (path) => ({ path, half: await publicHalf(path) })))
  const beyond = await beyondUs(hop, files, agent?.held ?? [])
  const held = agent ? heldKeys(hop, files, agent.held) : []
  const ways: Credential[] = []
  if (agent && held.length > 0) {
    ways.push({ kind: 'agent', label: `${held.length} of the agent's keys`, socket: agent.socket, keys: held })
  }
  for (const file of files) {
    // What the agent holds needs no passphrase.
    if (file.half && held.some((key) => file.half?.blob.equals(key) === true)) continue
    const key = await usableKey(file, { hop, sources, beyond })
    if (key) ways.push({ kind: 'key', label: file.path, key })
  }
  if (sshPassword) ways.push({ kind: 'password', label: 'the password', password: sshPassword })
  if (ways.length === 0) throw nothing(hop, { agent, beyond })
  return { ways, beyond }
}

interface IdentityFile {
  readonly path: string
  readonly half: PublicHalf | undefined
}

/** The agent's keys that may be offered: the named ones first, in the order of their naming. */
function heldKeys(hop: Hop, files: readonly IdentityFile[], held: readonly AgentIdentity[]): readonly Buffer[] {
  const usable = held.filter((key) => !isCertificate(key) && !inToken(key))
  const named = files.flatMap(({ half }) => usable.filter(({ blob }) => half?.blob.equals(blob) === true))
  const others = hop.onlyThese ? [] : usable.filter((key) => !named.includes(key))
  return [...named, ...others].map(({ blob }) => blob)
}

/** Security keys keep their secret in hardware (PROTOCOL.u2f). */
function inToken({ type }: { readonly type: string }): boolean {
  return type.startsWith('sk-')
}

interface KeyContext {
  readonly hop: Hop
  readonly sources: Sources
  readonly beyond: readonly string[]
}

async function usableKey({ path, half }: IdentityFile, context: KeyContext): Promise<PrivateKey | undefined> {
  const { hop, sources, beyond } = context
  try {
    if (half?.alone === true) {
      if (isCertificate(half) && beyond.length > 0) return undefined
      throw notHeld(path, hop, sources)
    }
    if (!hop.required && !(await isThere(path))) return undefined
    return await sources.credentials.keys.key(path)
  } catch (error) {
    if (hop.required) throw naming(hop, error)
    sources.notice?.(`${hop.label}: ${messageOf(error)}; it is left out`)
    return undefined
  }
}

function notHeld(path: string, hop: Hop, { agent }: Sources): TripodError {
  const privateKey = path.replace(/\.pub$/, '')
  const why = agent ? 'the agent does not hold its private half' : 'the inventory says agent: false'
  return new TripodError(
    'KEY_UNREADABLE',
    `the SSH key ${path} cannot be used: it is a public key, and ${why}`,
    `Add the private key to the agent (ssh-add ${privateKey}; ssh-add -L shows what it holds), or name the private key: ssh.identityFile: ${privateKey}`,
    { node: hop.node },
  )
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

interface Agent {
  readonly socket: string
  readonly held: readonly AgentIdentity[]
}

async function agentOf(hop: Hop, sources: Sources): Promise<Agent | undefined> {
  const socket = hop.agentSocket === undefined ? sources.credentials.agentSocket : (hop.agentSocket ?? undefined)
  if (!sources.agent || socket === undefined || socket === '') return undefined
  try {
    return { socket, held: await agentIdentities(socket) }
  } catch (error) {
    sources.notice?.(`${hop.label}: the SSH agent ${socket} does not answer (${messageOf(error)}); it is left out`)
    return undefined
  }
}

/** Where ssh finds a certificate: CertificateFile, `FILE-cert.pub` beside each identity file, and the agent. */
async function beyondUs(
  hop: Hop,
  files: readonly IdentityFile[],
  held: readonly AgentIdentity[],
): Promise<readonly string[]> {
  const beside = hop.identityFiles.map((path) => `${path}-cert.pub`)
  const places = [...new Set([...hop.certificateFiles, ...beside, ...hop.identityFiles])]
  const inFiles = await Promise.all(places.map(async (path) => ((await certificateIn(path)) ? [path] : [])))
  const halves = files.flatMap(({ half }) => (half ? [half] : []))
  const inAgent = held.filter((key) =>
    isCertificate(key)
      ? !hop.onlyThese || halves.some((half) => certifies(key, half))
      : inToken(key) && (!hop.onlyThese || halves.some(({ blob }) => blob.equals(key.blob))),
  )
  return [
    ...inFiles.flat().map((path) => `the certificate ${path}`),
    ...inAgent.map((key) => `the agent's ${isCertificate(key) ? 'certificate' : 'hardware-backed key'} ${key.comment}`),
  ]
}

function naming(hop: Hop, error: unknown): unknown {
  if (!(error instanceof TripodError)) return error
  return new TripodError(error.code, `${hop.label}: ${error.message}`, error.hint, { ...error.detail, node: hop.node })
}

function nothing(hop: Hop, { agent, beyond }: { agent: Agent | undefined; beyond: readonly string[] }): TripodError {
  if (beyond.length > 0) return onlyBeyond(hop, beyond)
  const others = agent?.held.length ?? 0
  const inAgent =
    others === 0
      ? 'no agent with a key'
      : `${others} keys in the agent, none of which is one of ${hop.identityFiles.join(', ')}`
  return new TripodError(
    'AUTH_REFUSED',
    `${hop.label}: there is nothing to log in with as ${hop.user}@${hop.host}: no key file, ${inAgent}, no password`,
    'Set ssh.identityFile in the inventory, add the key to the agent (ssh-add FILE), or pass --ask-ssh-pass.',
    { node: hop.node },
  )
}

/** The error for a login that would take what tripod cannot offer. */
export function onlyBeyond(hop: Pick<Hop, 'node' | 'label'>, beyond: readonly string[]): TripodError {
  return new TripodError(
    'SSH_FEATURE_MISSING',
    `${hop.label}: ssh may log in there with ${beyond.join(' and ')}, which tripod cannot use: it logs in with plain keys and passwords`,
    'Name a plain key that the machine accepts as ssh.identityFile, or pass --ask-ssh-pass.',
    { node: hop.node },
  )
}

/** For messages: what was offered, never a value. */
export function offered(ways: readonly Credential[]): string {
  return ways.map((way) => way.label).join(', ')
}
