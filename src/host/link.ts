import type { Duplex, Readable } from 'node:stream'
import type { Secret } from '../secret.js'

/** One exec on a node: write to it for stdin, read from it for stdout. */
export interface Channel extends Duplex {
  readonly stderr: Readable
  /** Exit status once the channel is closed; null when there is none (a signal, or the connection went). */
  readonly exit: Promise<number | null>
  close(): void
}

/** One authenticated SSH connection, whatever library made it. */
export interface Link {
  /** False from the moment the connection is gone. */
  isAlive(): boolean
  /** Settles when the connection is gone, with the reason; never rejects. */
  readonly lost: Promise<string>
  /** Rejects when the far side opens no more channels. */
  exec(command: string): Promise<Channel>
  /** A TCP connection from the far side onward, for a jump. */
  forward(host: string, port: number): Promise<Duplex>
  end(): Promise<void>
  /** Gives the connection up without a farewell. */
  drop(reason: string): void
}

/** A private key that can be used; `native` is the library's own form of it. */
export interface PrivateKey {
  /** Public half in wire format. */
  readonly publicKey: Buffer
  readonly native: object
}

/** One way to log in; they are tried in the order given, each at most once. */
export type Credential =
  | { readonly kind: 'key'; readonly label: string; readonly key: PrivateKey }
  /** `keys`: public keys (wire format) that are offered, in this order. */
  | { readonly kind: 'agent'; readonly label: string; readonly socket: string; readonly keys: readonly Buffer[] }
  | { readonly kind: 'password'; readonly label: string; readonly password: Secret }

/** All that opening a connection takes, names resolved and keys read. */
export interface LinkRequest {
  readonly socket: Duplex
  readonly user: string
  readonly credentials: readonly Credential[]
  /** Algorithm names for the host key, most wanted first. */
  readonly hostKeyAlgorithms: readonly string[]
  /** Throws to refuse. Nothing secret is sent before it returns; its time does not count against the deadline. */
  readonly verify: (hostKey: Buffer) => Promise<void>
  readonly signal?: AbortSignal
  /** For handshake and login; 20 s when left out. */
  readonly readySeconds?: number
}
