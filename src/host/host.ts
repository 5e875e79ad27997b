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
  /** Starts a script whose stdin stays open and gets a newline every 10 s, until released. Resolves with its first line. */
  hold(script: Script): Promise<Held>
  /** Opens the connection again after it was lost; the same checks as the first time. */
  reconnect(): Promise<void>
  close(): Promise<void>
}
