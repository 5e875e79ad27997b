import type { Readable, Writable } from 'node:stream'
import type { Script } from '../shell.js'

/** How a command on a node ended. */
export interface RunResult {
  /** null: the outcome is unknown (killed by a signal or lost with the connection); never success, never failure. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly signal?: AbortSignal
  /** Deadline; 30 s when left out. Past it the connection counts as lost. */
  readonly timeoutSeconds?: number
  /** Bytes for the command's stdin, for what must not stand in argv. */
  readonly input?: string | Buffer
  /** What runs, for messages of a lost connection: `the facts`. The script itself is never quoted. */
  readonly title?: string
  /** Called with every complete line as it comes (stdout and stderr), for progress. */
  readonly onLine?: (line: string) => void
}

/** What a write expects to find; anything else refuses that file (compare and swap). */
export type WritePrecondition = { readonly state: 'absent' } | { readonly sha256: string } | { readonly state: 'any' }

/** A file as it shall be on the node. Its directory is made when missing (0755 root:root). */
export interface RemoteFile {
  readonly path: string
  /** null takes the file away. */
  readonly content: Buffer | null
  readonly owner: string
  readonly mode: number
  readonly pre: WritePrecondition
  /** Copies the present file there first, unless that copy exists: the original for the undo record. Absolute path. */
  readonly backup?: string
  /** Must accept the new file before it takes its place; its path is appended: `haproxy -c -f`. */
  readonly validate?: readonly string[]
}

/** What became of one file of a write. */
export interface WriteOutcome {
  readonly path: string
  readonly outcome: 'written' | 'stale' | 'failed'
  /** Why, in the node's words, unless written. */
  readonly detail: string
}

interface Transfer {
  /** On the node; absolute. */
  readonly path: string
  readonly signal?: AbortSignal
  /** Without a byte for so long it has stalled, and the connection counts as lost; 120 when left out. */
  readonly stallSeconds?: number
}

/** A file that goes to a node whole or not at all. Its directory must be there. */
export interface Upload extends Transfer {
  /** Read once, as fast as the node takes it; destroyed on failure. `bodyOf` gives it with size and sha256. */
  readonly body: Readable
  /** Bytes. */
  readonly size: number
  /** Of the whole body, in hex. */
  readonly sha256: string
  readonly mode: number
  /** `root:root` when left out. */
  readonly owner?: string
  /** Whether it may take the place of a file that is there. */
  readonly replaces?: boolean
}

/** A file that comes from a node. */
export interface Download extends Transfer {
  /** Written to as fast as it takes it, and ended; destroyed on failure. What it got counts once the download resolves, not before. */
  readonly into: Writable
}

/** What was downloaded, as the node and this side agree. */
export interface Downloaded {
  /** Bytes. */
  readonly size: number
  /** In hex. */
  readonly sha256: string
}

/** A long running command held open on its own channel: the lock. */
export interface Held {
  /** First line the command printed. */
  readonly greeting: string
  /** Settles when the command ends or the connection is lost; never rejects. */
  readonly ended: Promise<void>
  /** Ends it by closing its stdin. */
  release(): Promise<void>
}

/**
 * One node. An exit code is a value; only a broken connection (CONNECTION_LOST), a refused sudo (SUDO_REFUSED) or a passed
 * deadline throws. Every script runs as root with LC_ALL=C.
 */
export interface Host {
  readonly name: string
  /** Fingerprint of the verified host key, `SHA256:...`. */
  readonly hostKey: string
  run(script: Script, options?: RunOptions): Promise<RunResult>
  /** Atomic for each file, one round trip for all; size, sha256 and `pre` are checked on the node in the same exec. */
  write(files: readonly RemoteFile[]): Promise<readonly WriteOutcome[]>
  /**
   * Streams a file to the node in bounded memory; TRANSFER_FAILED if it is not in place then. It is put in place only if the node has every
   * byte of it on its disk. A transfer that breaks is begun anew, never resumed.
   */
  upload(upload: Upload): Promise<void>
  /** Streams a file of the node in bounded memory. TRANSFER_FAILED if it is not there, cannot be read, changed meanwhile, or came otherwise than it is there. */
  download(download: Download): Promise<Downloaded>
  /** Starts a script whose stdin stays open and gets a newline every 10 s, until released. Resolves with its first line. */
  hold(script: Script): Promise<Held>
  /** Opens the connection again after it was lost; the same checks as the first time. */
  reconnect(): Promise<void>
  close(): Promise<void>
}
