import { TripodError } from '../../errors.js'
import { connectError } from '../connect-error.js'
import { dialRules, type ConnectOptions, type ConnectTarget } from '../connect.js'
import { addressOf, dial, openSocket, whom, type Dialled } from '../dial.js'
import { rememberHostKey, replaceHostKey } from './known-hosts-file.js'
import { fingerprint, hostKeyAlgorithms, judge, keyType, knownHostName, readKnownHosts } from './known-hosts.js'
import { routeTo, type Hop } from '../route.js'
import { openLink } from '../ssh.js'
import { sshConfigReader } from '../ssh-config.js'

/** A host key as a machine shows it, and what is known of it. */
export interface ScannedKey {
  readonly node: string
  /** The node's name, or `NODE (bastion HOST)`. */
  readonly label: string
  readonly address: string
  /** Name in known_hosts. */
  readonly name: string
  readonly key: Buffer
  readonly type: string
  readonly fingerprint: string
  readonly state: 'known' | 'new' | 'changed' | 'revoked'
  /** What contradicts the key: `FILE:LINE says SHA256:...`. */
  readonly contradiction?: string
  /** The inventory pins another fingerprint: only an edit there helps. */
  readonly pinned: boolean
  /** known_hosts of the project, where it is stored. */
  readonly store: string
}

/**
 * Keys on the way to a node, from the operator outward, without logging in to the last hop. It ends early at a bastion whose
 * key is not known yet: nobody logs in there before it is trusted. Rejects when a machine cannot be reached.
 */
async function scanHostKeys(node: ConnectTarget, options: ConnectOptions): Promise<readonly ScannedKey[]> {
  const route = await routeTo(node, options.sshConfig ?? sshConfigReader(options.notice))
  const keys: ScannedKey[] = []
  for (const [index, hop] of route.entries()) {
    const key = await scanHop(hop, route.slice(0, index), { node, options })
    keys.push(key)
    if (key.state !== 'known') break
  }
  return keys
}

/** Puts a scanned key into the project's known_hosts; `replace` takes the other keys of that host out of it. */
export async function storeHostKey(scanned: ScannedKey, replace: boolean): Promise<void> {
  const { store, name, key } = scanned
  if (replace) await replaceHostKey(store, name, key)
  else await rememberHostKey(store, name, key)
}

interface Scan {
  readonly node: ConnectTarget
  readonly options: ConnectOptions
}

async function scanHop(hop: Hop, before: readonly Hop[], { node, options }: Scan): Promise<ScannedKey> {
  const through = before.length > 0 ? await dial(before, { ...dialRules(node, options), policy: 'yes' }) : undefined
  try {
    const name = knownHostName(hop.host, hop.port, hop.hostKeyAlias)
    const store = node.ssh.knownHosts
    const entries = await readKnownHosts([store, ...hop.knownHostsFiles])
    const key = await shownKey(hop, through, { algorithms: hostKeyAlgorithms(name, entries), ...signalOf(options) })
    const pin = hop.label === node.name ? node.ssh.hostKey : undefined
    const shown = { node: hop.node, label: hop.label, address: addressOf(hop), name, key, type: keyType(key), store }
    return { ...shown, fingerprint: fingerprint(key), ...stateOf(judge(name, key, entries), key, pin) }
  } finally {
    for (const link of through ? [through.link, ...through.through.toReversed()] : []) await link.end()
  }
}

function signalOf({ signal }: ConnectOptions): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {}
}

function stateOf(
  verdict: ReturnType<typeof judge>,
  key: Buffer,
  pin: string | undefined,
): Pick<ScannedKey, 'state' | 'contradiction' | 'pinned'> {
  const pinned = pin !== undefined
  const at = 'entry' in verdict ? `${verdict.entry.file}:${verdict.entry.line}` : ''
  if (verdict.state === 'revoked') return { state: 'revoked', contradiction: `${at} says @revoked`, pinned }
  if (pin !== undefined) {
    return pin === fingerprint(key)
      ? { state: 'known', pinned }
      : { state: 'changed', contradiction: `the inventory pins ${pin}`, pinned }
  }
  if (verdict.state === 'changed')
    return { state: 'changed', contradiction: `${at} says ${fingerprint(verdict.entry.key)}`, pinned }
  return { state: verdict.state === 'known' ? 'known' : 'new', pinned }
}

interface ShownOptions {
  readonly algorithms: readonly string[]
  readonly signal?: AbortSignal
}

/** Goes as far as the key exchange and hangs up: no login is tried. */
async function shownKey(hop: Hop, through: Dialled | undefined, options: ShownOptions): Promise<Buffer> {
  const { algorithms, ...signal } = options
  let shown: Buffer | undefined
  const seen = new TripodError('INTERNAL', 'the key was seen', 'Please report this.')
  try {
    const socket = await openSocket(hop, through?.link, options.signal)
    await openLink({
      socket,
      user: hop.user,
      credentials: [],
      hostKeyAlgorithms: algorithms,
      verify: (key) => {
        shown = Buffer.from(key)
        return Promise.reject(seen)
      },
      ...signal,
    })
  } catch (error) {
    if (error !== seen) throw connectError(error, whom(hop))
  }
  if (!shown) throw new TripodError('INTERNAL', `${hop.label} showed no host key`, 'Please report this.')
  return shown
}

/** What a scan of several nodes brought. A bastion that several share stands there once. */
export interface Scanned {
  readonly keys: readonly ScannedKey[]
  /** Machines that could not be asked. */
  readonly failures: readonly TripodError[]
}

/** Scans nodes side by side. Rejects only on what is nobody's failure (a bug). */
export async function scanAll(nodes: readonly ConnectTarget[], options: ConnectOptions): Promise<Scanned> {
  const shared = { sshConfig: sshConfigReader(options.notice), ...options }
  const results = await Promise.allSettled(nodes.map((node) => scanHostKeys(node, shared)))
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [failureOf(result.reason)] : []))
  const keys = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  const places = keys.map(({ store, name }) => `${store}\n${name}`)
  return { keys: keys.filter((_, index) => places.indexOf(places[index] ?? '') === index), failures }
}

function failureOf(reason: unknown): TripodError {
  if (reason instanceof TripodError) return reason
  throw reason
}
