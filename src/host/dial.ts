import type { Duplex } from 'node:stream'
import pLimit, { type LimitFunction } from 'p-limit'
import pRetry from 'p-retry'
import { TripodError } from '../errors.js'
import { connectError, isTransient, type ConnectContext } from './connect-error.js'
import { credentialsFor, offered, type Credentials } from './login/credentials.js'
import { openForward } from './forward.js'
import { checkHostKey, type HostKeyPolicy, type UnknownHostKey } from './trust/host-key.js'
import { interrupted } from './interrupted.js'
import { fingerprint, hostKeyAlgorithms, knownHostName, readKnownHosts } from './trust/known-hosts.js'
import type { Link } from './link.js'
import type { Hop } from './route.js'
import { openLink } from './ssh.js'
import { openTcp } from './tcp.js'

/** What holds for every hop on the way to one node. */
export interface DialRules {
  readonly credentials: Credentials
  readonly agent: boolean
  /** known_hosts of the project: read first, and where new keys go. */
  readonly knownHosts: string
  /** Of the inventory or a flag; else the user's ssh configuration, else `ask` where there is somebody to ask. */
  readonly policy?: HostKeyPolicy
  readonly ask?: (key: UnknownHostKey) => Promise<boolean>
  readonly notice?: (text: string) => void
  readonly signal?: AbortSignal
}

/** A connection to the last hop and those it goes through. */
export interface Dialled {
  readonly link: Link
  readonly hostKey: string
  /** From the operator outward; they end with the link. */
  readonly through: readonly Link[]
}

/** sshd drops unauthenticated connections at random beyond 10 (MaxStartups 10:30:100); 8 of 8 succeeded when measured. */
const HANDSHAKES_AT_ONCE = 8
const handshakes = new Map<string, LimitFunction>()

function limitFor(hop: Hop): LimitFunction {
  const address = addressOf(hop)
  const limit = handshakes.get(address) ?? pLimit(HANDSHAKES_AT_ONCE)
  handshakes.set(address, limit)
  return limit
}

export function addressOf(hop: { readonly host: string; readonly port: number }): string {
  return hop.host.includes(':') ? `[${hop.host}]:${hop.port}` : `${hop.host}:${hop.port}`
}

/** Whom an error about a hop concerns. */
export function whom(hop: Hop): ConnectContext {
  return { node: hop.node, label: hop.label, address: addressOf(hop), user: hop.user }
}

/** Opens the chain of connections. `pin` is the last hop's. */
export async function dial(route: readonly Hop[], rules: DialRules, pin?: string): Promise<Dialled> {
  const links: Link[] = []
  let hostKey = ''
  try {
    for (const [index, hop] of route.entries()) {
      const last = index === route.length - 1
      const opened = await dialHop(hop, { rules, from: links.at(-1), ...(last && pin !== undefined && { pin }) })
      links.push(opened.link)
      hostKey = opened.hostKey
    }
  } catch (error) {
    for (const link of links.reverse()) link.drop('not needed')
    throw error
  }
  const link = links.pop()
  if (!link) throw new TripodError('INTERNAL', 'a route without hops', 'Please report this.')
  return { link, hostKey, through: links }
}

interface HopRequest {
  readonly rules: DialRules
  readonly from: Link | undefined
  readonly pin?: string
}

/** One hop, tried again when the far side was only too busy: 0.5 s doubling, 5 times, 90 s at most. */
function dialHop(hop: Hop, request: HopRequest): Promise<{ link: Link; hostKey: string }> {
  const { signal } = request.rules
  return pRetry(() => limitFor(hop)(() => attempt(hop, request)), {
    retries: 5,
    minTimeout: 500,
    maxTimeout: 15_000,
    maxRetryTime: 90_000,
    randomize: true,
    shouldRetry: ({ error }) => isTransient(error),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw interrupted(hop.node, signal)
    throw connectError(error, whom(hop))
  })
}

async function attempt(hop: Hop, { rules, from, pin }: HopRequest): Promise<{ link: Link; hostKey: string }> {
  const { signal } = rules
  const name = knownHostName(hop.host, hop.port, hop.hostKeyAlias)
  const [entries, { ways, beyond }] = await Promise.all([
    readKnownHosts([rules.knownHosts, ...hop.knownHostsFiles]),
    credentialsFor(hop, rules),
  ])
  const socket = await openSocket(hop, from, signal)
  let hostKey = ''
  const verify = async (key: Buffer): Promise<void> => {
    await checkHostKey({ ...hostKeyRules(hop, rules), name, entries, ...(pin !== undefined && { pin }) }, key)
    hostKey = fingerprint(key)
  }
  const algorithms = hostKeyAlgorithms(name, entries)
  const link = await openLink({
    socket,
    user: hop.user,
    credentials: ways,
    hostKeyAlgorithms: algorithms,
    verify,
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    throw connectError(error, { ...whom(hop), offered: offered(ways), beyond })
  })
  return { link, hostKey }
}

/** The byte stream to a hop: from the hop before it, or from here. */
export function openSocket(hop: Hop, from: Link | undefined, signal: AbortSignal | undefined): Promise<Duplex> {
  return from ? openForward(from, hop, { signal }) : openTcp(hop.host, hop.port, signal)
}

function hostKeyRules(
  hop: Hop,
  rules: DialRules,
): { node: string; label: string; address: string; policy: HostKeyPolicy; store: string } & Pick<
  DialRules,
  'ask' | 'notice'
> {
  return {
    node: hop.node,
    label: hop.label,
    address: addressOf(hop),
    policy: rules.policy ?? hop.policy ?? (rules.ask ? 'ask' : 'yes'),
    store: rules.knownHosts,
    ...(rules.ask && { ask: rules.ask }),
    ...(rules.notice && { notice: rules.notice }),
  }
}
