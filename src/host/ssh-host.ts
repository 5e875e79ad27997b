import pLimit, { type LimitFunction } from 'p-limit'
import { TripodError } from '../errors.js'
import type { Script } from '../shell.js'
import { sh } from '../shell.js'
import { connectionLost, type Channels, type Opened } from './channels.js'
import { collect, type Collected } from './collect.js'
import { downloadScript, fileBytes } from './transfer/download-file.js'
import { FirstExec } from './login/first-exec.js'
import { ALTERED, frame, type Framed, type Root } from './transfer/framing.js'
import { holdOpen } from './hold.js'
import type {
  Download,
  Downloaded,
  Held,
  Host,
  RemoteFile,
  RunOptions,
  RunResult,
  Upload,
  WriteOutcome,
} from './host.js'
import { interrupted } from './interrupted.js'
import { askShell } from './login/ask-shell.js'
import { loginShellUnusable } from './login/login-shell.js'
import { sudoRefused } from './login/root-refused.js'
import { send, take, type Sink, type Source } from './transfer/pump.js'
import { refuseUnmoved, type Moved } from './transfer/refuse-unmoved.js'
import { TimeLimit } from './transfer/time-limit.js'
import { sentBytes, uploadScript } from './transfer/upload.js'
import { readOutcomes, writeFrame, writeScript } from './transfer/write.js'

const EXEC_SECONDS = 30
const WRITE_SECONDS = 60
/** Of the deadline of a command: how long its stdin waits for a login shell to hand over. */
const READY_SHARE = 2 / 3
/** Bytes of stdout, and of stderr. */
const OUTPUT_CAP = 1024 * 1024
/** Besides the lock's: three channels per node at most. */
const WORKING_CHANNELS = 2

interface SshHostOptions {
  readonly name: string
  readonly user: string
  readonly root: Root
}

/** A node over SSH. */
export class SshHost implements Host {
  readonly name: string
  readonly #options: SshHostOptions
  readonly #channels: Channels
  readonly #first = new FirstExec()
  readonly #slots: LimitFunction = pLimit(WORKING_CHANNELS)

  constructor(options: SshHostOptions, channels: Channels) {
    this.name = options.name
    this.#options = options
    this.#channels = channels
  }

  get hostKey(): string {
    return this.#channels.hostKey
  }

  async run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    const { timeoutSeconds = EXEC_SECONDS, title = 'a command', ...others } = options
    if (options.input !== undefined) await this.#provePassword()
    const limit = untilEnded(timeoutSeconds)
    const { code, stdout, stderr } = await this.#guarded(script, { ...others, title, limit })
    return { code, stdout, stderr }
  }

  async write(files: readonly RemoteFile[]): Promise<readonly WriteOutcome[]> {
    if (files.length === 0) return []
    const title = `writing ${files.map((file) => file.path).join(', ')}`
    const result = await this.run(writeScript, { input: writeFrame(files), timeoutSeconds: WRITE_SECONDS, title })
    return readOutcomes(this.name, files, result)
  }

  async upload(upload: Upload): Promise<void> {
    const { body, path, signal } = upload
    // It may break before anybody reads it.
    body.on('error', () => undefined)
    try {
      const script = uploadScript(upload)
      await this.#provePassword()
      const title = `the upload of ${path}`
      const limit = untilStalled()
      const source: Source = { from: body, through: (bytes) => sentBytes(bytes, upload, limit) }
      const moved = await this.#guarded(script, { title, limit, source, ...(signal && { signal }) })
      refuseUnmoved({ node: this.name, what: `${path} was not written`, title }, moved)
    } finally {
      body.destroy()
    }
  }

  async download({ path, into, signal, stallSeconds }: Download): Promise<Downloaded> {
    into.on('error', () => undefined)
    try {
      const title = `the download of ${path}`
      const limit = untilStalled()
      let whole: Downloaded | undefined
      const note = (one: Downloaded): void => {
        whole = one
      }
      const sink: Sink = { through: (bytes) => fileBytes(bytes, { limit, stallSeconds }, note), into }
      const moved = await this.#guarded(downloadScript(path), { title, limit, sink, ...(signal && { signal }) })
      refuseUnmoved({ node: this.name, what: `${path} was not downloaded`, title }, moved)
      if (whole === undefined) throw new Error('a download ended without a verdict')
      return whole
    } catch (error) {
      into.destroy()
      throw error
    }
  }

  async hold(script: Script): Promise<Held> {
    await this.#provePassword()
    return this.#first.guard(async (started) => {
      const framed = this.#frame(script, true)
      const opened = await this.#channels.open(framed.line, EXEC_SECONDS)
      const { held, result } = holdOpen(opened.channel, { ...framed, onStarted: started, cap: OUTPUT_CAP })
      const lost = async (): Promise<Held> => {
        await this.#check(await result, opened, 'taking the lock')
        throw new TripodError(
          'COMMAND_FAILED',
          `${this.name}: the lock ended at once without a word`,
          'Look at the node.',
          {
            node: this.name,
            output: (await result).stderr,
          },
        )
      }
      const limit = untilEnded(EXEC_SECONDS)
      return this.#within({ opened, limit, title: 'taking the lock' }, Promise.race([held, lost()]))
    })
  }

  async reconnect(): Promise<void> {
    await this.#channels.reconnect()
  }

  async close(): Promise<void> {
    await this.#channels.close()
  }

  /**
   * A wrong password makes sudo read on: the next lines of stdin would go out as further attempts. So a password is proven
   * by an exec without anything else on stdin; normally that was the facts script, and this costs nothing.
   */
  async #provePassword(): Promise<void> {
    const { root } = this.#options
    if (root.by === 'sudo' && root.password && !this.#first.proven) await this.run(sh`:`)
  }

  #frame(script: Script, input: boolean): Framed {
    return frame({ script, root: this.#options.root, input })
  }

  async #guarded(script: Script, exec: Exec): Promise<Moved> {
    return this.#first.guard((started) => this.#slots(() => this.#exec(script, exec, started)))
  }

  async #exec(script: Script, exec: Exec, started: () => void): Promise<Moved> {
    const { signal, limit, title, input, onLine, source, sink } = exec
    if (signal?.aborted === true) throw interrupted(this.name, signal)
    const readsInput = input !== undefined || source !== undefined
    const { line, preamble, marker, ready } = this.#frame(script, readsInput)
    const opened = await this.#channels.open(line, limit.seconds)
    const { channel } = opened
    const waits = ready !== undefined && (preamble.length > 0 || readsInput)
    // Whatever else a login shell started and reads stdin (another shell) ends, for there is nothing to read.
    const patience = setTimeout(() => channel.end(), limit.seconds * 1000 * READY_SHARE)
    let failure: unknown
    let isOver = false
    const move = (moving: Promise<void>): Promise<void> =>
      moving.catch((error: unknown) => {
        // Bytes that nobody takes any more are no failure of theirs.
        if (!isOver) failure ??= error
        channel.close()
      })
    const begin = (): void => {
      clearTimeout(patience)
      if (source === undefined) {
        channel.end(Buffer.concat([preamble, Buffer.from(input ?? '')]))
        return
      }
      if (preamble.length > 0) channel.write(preamble)
      void move(send(source.through(source.from), channel))
    }
    const taken = sink && move(take(channel, sink, marker))
    const collected = collect(channel, {
      marker,
      cap: OUTPUT_CAP,
      onStarted: started,
      leavesStdout: sink !== undefined,
      ...(ready !== undefined && { ready }),
      ...(waits && { onReady: begin }),
      ...(onLine && { onLine }),
    }).finally(() => {
      clearTimeout(patience)
      isOver = taken === undefined
      source?.from.destroy()
    })
    if (!waits) begin()
    const deadline = { opened, title, limit, ...(signal && { signal }) }
    const work = Promise.all([collected, taken]).then(([ended]) => ended)
    const ended = await this.#within(deadline, work).catch((error: unknown) => this.#stuck(error, collected))
    // The channel that was closed here ends without a status.
    if (failure === undefined || ended.code !== null || !opened.link.isAlive()) await this.#check(ended, opened, title)
    return { ...ended, failure }
  }

  /** A login shell that talks and never comes to the command (a menu) is no lost connection. */
  async #stuck(error: unknown, collected: Promise<Collected>): Promise<never> {
    const late = error instanceof TripodError && error.code === 'CONNECTION_LOST' && !this.#first.proven
    const ended = late ? await collected : undefined
    throw ended && !ended.ready && ended.before !== '' ? await this.#unusable({ ...ended, code: null }) : error
  }

  /** Waits for the end of an exec, its deadline or its interruption, whichever comes first. */
  async #within<T>(exec: Deadline, work: Promise<T>): Promise<T> {
    const { opened, signal, title, limit } = exec
    let abort: () => void = () => undefined
    const over = new Promise<never>((_, reject) => {
      limit.start((why) => {
        // A link that is silent for so long answers nothing else either.
        opened.link.drop(why)
        reject(connectionLost(this.name, why, title))
      })
      abort = () => {
        opened.channel.close()
        if (signal) reject(interrupted(this.name, signal))
      }
      // It may have come while the channel was opened.
      if (signal?.aborted === true) abort()
      signal?.addEventListener('abort', abort, { once: true })
    })
    try {
      return await Promise.race([work, over])
    } finally {
      limit.stop()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Throws unless the script itself ran and ended; its own exit code is the caller's business. */
  async #check(ended: Collected, { link }: Opened, title: string): Promise<void> {
    const { user, root } = this.#options
    if (ended.tooMuch) throw this.#tooMuch(title)
    if (ended.code === null && !link.isAlive()) throw connectionLost(this.name, await link.lost, title)
    if (ended.started) return
    if (ended.code === null) throw connectionLost(this.name, 'the session ended before the command began', title)
    if (root.by === 'sudo' && ended.ready && !ended.before.includes(`${ALTERED}\n`))
      throw sudoRefused(this.name, user, ended.before)
    throw await this.#unusable(ended)
  }

  async #unusable({ before, code }: Collected): Promise<TripodError> {
    const shell = await askShell(this.#channels)
    return loginShellUnusable({
      node: this.name,
      user: this.#options.user,
      said: before,
      code,
      ...(shell && { shell }),
    })
  }

  #tooMuch(title: string): TripodError {
    return new TripodError(
      'COMMAND_FAILED',
      `${this.name}: ${title} printed more than ${OUTPUT_CAP / 1024} KiB; the rest was not read`,
      `Log in to ${this.name} and see what floods the output; tripod reads no more than that from one command.`,
      { node: this.name },
    )
  }
}

interface Deadline {
  readonly opened: Opened
  readonly limit: TimeLimit
  readonly title: string
  readonly signal?: AbortSignal
}

interface Exec extends Pick<RunOptions, 'signal' | 'input' | 'onLine'> {
  readonly title: string
  /** Its seconds are also how long a server without a channel left is waited for. */
  readonly limit: TimeLimit
  /** Instead of `input`. */
  readonly source?: Source
  /** Its output is not collected then. */
  readonly sink?: Sink
}

function untilEnded(seconds: number): TimeLimit {
  return new TimeLimit(seconds, () => `no end after ${seconds} s; it may still be running there`)
}

/** For a stream: the seconds until it begins; each piece sets it anew. */
function untilStalled(): TimeLimit {
  return new TimeLimit(EXEC_SECONDS, (seconds) => `nothing of it moved for ${seconds} s`)
}
