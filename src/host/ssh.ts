import type { Duplex } from 'node:stream'
import {
  BaseAgent,
  Client,
  createAgent,
  utils,
  type AnyAuthMethod,
  type AuthHandlerMiddleware,
  type ClientChannel,
  type ConnectConfig,
  type IdentityCallback,
  type KeyboardInteractiveAuthMethod,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import type { Channel, Credential, Link, LinkRequest, PrivateKey } from './link.js'

/** No SHA-1, no CBC, no group exchange (three times slower than a curve), no compression. AES-GCM is native in node:crypto. */
const ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}

const READY_SECONDS = 20
const KEEPALIVE_SECONDS = 10
const KEEPALIVE_MISSES = 3

/** `level` of what breaks once the login has begun, as the library names it for a refused one. */
const LOGIN = 'client-authentication'

/** Makes an SSH connection over an open socket: handshake, host key check, login. Rejects with what `verify` threw, or the library's error. */
export async function openLink(request: LinkRequest): Promise<Link> {
  const client = new Client()
  const ready = new Promise<void>((resolve) => client.on('ready', resolve))
  const { broken, verify, stop } = watch(client, request)
  try {
    client.connect(settings(request, verify))
    await Promise.race([ready, broken])
    return linkOf(client)
  } catch (error) {
    client.on('error', () => undefined)
    client.destroy()
    request.socket.destroy()
    throw error
  } finally {
    stop()
  }
}

type Verifier = (key: Buffer, answer: (valid: boolean) => void) => void

/** Everything that can end a connection before it is ready. */
function watch(client: Client, request: LinkRequest): { broken: Promise<never>; verify: Verifier; stop: () => void } {
  const { signal, readySeconds = READY_SECONDS } = request
  let during: 'handshake' | 'question' | 'login' = 'handshake'
  let judged = Promise.resolve()
  let over = false
  let timer: NodeJS.Timeout | undefined
  let reject: (error: Error) => void = () => undefined
  const broken = new Promise<never>((_, no) => {
    reject = no
  })
  const end = (error: Error & { level?: string | undefined }): void => {
    over = true
    if (during === 'login' && error.level !== 'client-timeout') error.level = LOGIN
    // A key accepted while the connection broke is stored first, so that the next attempt does not ask again.
    judged.then(() => {
      reject(error)
    }, reject)
  }
  const tick = (): void => {
    const error = Object.assign(new Error(`no answer within ${readySeconds} s`), { level: 'client-timeout' })
    timer = setTimeout(end, readySeconds * 1000, error)
  }
  const abort = (): void => {
    reject(signal?.reason instanceof Error ? signal.reason : new Error('interrupted'))
  }
  client.on('error', (error) => {
    // An agent that does not answer is one way less to log in, not the end.
    if (error.level !== 'agent') end(error)
  })
  client.on('close', () => {
    end(new Error(during === 'login' ? 'the connection was closed' : 'Connection lost before handshake'))
  })
  signal?.addEventListener('abort', abort, { once: true })
  tick()
  const verify: Verifier = (key, answer) => {
    clearTimeout(timer)
    during = 'question'
    judged = request.verify(key)
    judged.then(() => {
      if (over) return
      during = 'login'
      tick()
      answer(true)
    }, reject)
  }
  const stop = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  return { broken, verify, stop }
}

function settings(request: LinkRequest, hostVerifier: Verifier): ConnectConfig {
  const algorithms = { ...ALGORITHMS, serverHostKey: [...request.hostKeyAlgorithms] } as ConnectConfig['algorithms']
  return {
    sock: request.socket,
    username: request.user,
    hostVerifier,
    ...(algorithms && { algorithms }),
    authHandler: login(request.user, request.credentials),
    // Ours instead: it stands still while a human looks at a fingerprint.
    readyTimeout: 0,
    keepaliveInterval: KEEPALIVE_SECONDS * 1000,
    keepaliveCountMax: KEEPALIVE_MISSES,
  }
}

/** Public keys first (no `none` probe: one round trip less), the password last and once. */
function login(user: string, credentials: readonly Credential[]): AuthHandlerMiddleware {
  const waiting = [...credentials]
  const spent = new Set<Credential>()
  return (left: readonly string[] | null, _partial, next) => {
    const give = next as (method: AnyAuthMethod | false) => void
    while (waiting[0] && waiting[0].kind !== 'password' && left?.includes('publickey') === false) waiting.shift()
    const [credential] = waiting
    if (credential === undefined) {
      give(false)
    } else if (credential.kind !== 'password') {
      waiting.shift()
      give(keyMethod(user, credential))
    } else if (!spent.has(credential) && left?.includes('password') !== false) {
      spent.add(credential)
      give({ type: 'password', username: user, password: credential.password.reveal() })
    } else {
      waiting.shift()
      // A server that has `password` has judged it already: asking again would be a second attempt.
      const judged = spent.has(credential) && left?.includes('password') === true
      give(!judged && left?.includes('keyboard-interactive') === true ? interactive(user, credential) : false)
    }
  }
}

function keyMethod(user: string, credential: Exclude<Credential, { kind: 'password' }>): AnyAuthMethod {
  return credential.kind === 'key'
    ? { type: 'publickey', username: user, key: credential.key.native as ParsedKey }
    : { type: 'agent', username: user, agent: new NamedAgent(credential.socket, credential.keys) }
}

/** Answers one hidden prompt, once; anything else (a one-time code, a second question) gets no answer. */
function interactive(
  user: string,
  credential: Extract<Credential, { kind: 'password' }>,
): KeyboardInteractiveAuthMethod {
  let answered = false
  return {
    type: 'keyboard-interactive',
    username: user,
    prompt: (_name, _instructions, _language, prompts, finish) => {
      const ours = !answered && prompts.length === 1 && prompts[0]?.echo !== true
      if (ours) answered = true
      finish(ours ? [credential.password.reveal()] : [])
    },
  }
}

/** The agent, offering the named keys alone, in that order: a server that allows few attempts must not be asked about all. */
class NamedAgent extends BaseAgent {
  readonly #agent: BaseAgent
  readonly #wanted: readonly Buffer[]
  constructor(socket: string, wanted: readonly Buffer[]) {
    super()
    this.#agent = createAgent(socket)
    this.#wanted = wanted
  }
  override getIdentities(done: IdentityCallback): void {
    this.#agent.getIdentities((error, keys = []) => {
      const named = this.#wanted.flatMap((wanted) => keys.filter((key) => wanted.equals(blobOf(key))).slice(0, 1))
      if (error) done(error)
      else done(null, named)
    })
  }
  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options, done)
  }
}

function blobOf(key: unknown): Buffer {
  const parsed = utils.parseKey(key as Buffer) as ParsedKey | ParsedKey[] | Error
  const one = Array.isArray(parsed) ? parsed[0] : parsed
  return one === undefined || one instanceof Error ? Buffer.alloc(0) : one.getPublicSSH()
}

/** Reads a private key (OpenSSH or PEM). Throws the library's error: it speaks of a passphrase when one is missing or wrong. */
export function parsePrivateKey(text: Buffer, passphrase?: string): PrivateKey {
  const parsed = utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key instanceof Error) throw key
  if (key === undefined) throw new Error('the file holds no key')
  if (!key.isPrivateKey()) throw new Error('this is the public half; the private key is needed')
  return { publicKey: key.getPublicSSH(), native: key }
}

function linkOf(client: Client): Link {
  let alive = true
  let reason = 'the connection was closed by the far side'
  const lost = new Promise<string>((resolve) => {
    client.on('error', (error) => {
      reason = error.message
    })
    client.on('close', () => {
      alive = false
      resolve(reason)
    })
  })
  return {
    isAlive: () => alive,
    lost,
    exec: (command) =>
      new Promise((resolve, reject) => {
        const given = client.exec.bind(client)
        given(command, (error, channel) => {
          if (error) reject(error)
          else resolve(channelOf(channel))
        })
      }),
    forward: (host, port) =>
      new Promise<Duplex>((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, host, port, (error, stream) => {
          if (error) reject(error)
          else resolve(stream)
        })
      }),
    end: async () => {
      client.end()
      await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, 1000).unref())])
      client.destroy()
    },
    drop: (why) => {
      reason = why
      alive = false
      client.destroy()
    },
  }
}

function channelOf(channel: ClientChannel): Channel {
  // A destroyed connection closes its channels without a code and without an error: that is "unknown".
  const exit = new Promise<number | null>((resolve) => {
    channel.on('close', (code?: number | null) => {
      resolve(code ?? null)
    })
  })
  channel.on('error', () => undefined)
  return Object.assign(channel, { exit })
}
