import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import type { Channel } from './link.js'

/** What came out of one exec. */
export interface Collected {
  readonly code: number | null
  readonly stdout: string
  /** After the marker. */
  readonly stderr: string
  /** What was said before the script began: by sudo if the login shell had handed over, else by the login shell or sshd. */
  readonly before: string
  /** Whether the login shell handed over (`ready` came), or the script began. */
  readonly ready: boolean
  /** Whether the marker came: the script ran, as root. */
  readonly started: boolean
  /** More than the cap came; the rest was dropped and the channel closed. */
  readonly tooMuch: boolean
}

export interface CollectOptions {
  readonly marker: string
  /** Line of stderr that comes before the marker; `onReady` is called when it is there. */
  readonly ready?: string
  readonly onReady?: () => void
  readonly onStarted?: () => void
  /** Complete lines of stdout and stderr, as they come. */
  readonly onLine?: (line: string) => void
  /** Complete lines of stdout alone. */
  readonly onAnswer?: (line: string) => void
  /** Bytes kept of each stream. */
  readonly cap: number
  /** Somebody else reads stdout (`afterMarker`), to its end. */
  readonly leavesStdout?: boolean
}

/** Reads an exec to its end. Never rejects. */
export async function collect(channel: Channel, options: CollectOptions): Promise<Collected> {
  const { marker, cap, onLine, onAnswer, onStarted, ready, onReady } = options
  const stop = (): void => {
    channel.close()
  }
  const answer = onAnswer ?? onLine
  const out = new Sink({ marker, cap, stop, ...(answer && { onLine: answer }) })
  const err = new Sink({
    marker,
    cap,
    stop,
    ...(onLine && { onLine }),
    ...(onStarted && { onStarted }),
    ...(ready !== undefined && { ready, onReady: onReady ?? (() => undefined) }),
  })
  if (options.leavesStdout !== true) {
    channel.on('data', (chunk: Buffer) => {
      out.take(chunk)
    })
  }
  channel.stderr.on('data', (chunk: Buffer) => {
    err.take(chunk)
  })
  // ssh2 ends the streams also when the connection goes; an unread stderr may lag behind the exit.
  const [code] = await Promise.all([channel.exit, finished(channel.stderr, { writable: false }).catch(() => undefined)])
  const tooMuch = out.full || err.full
  return {
    code: tooMuch ? null : code,
    stdout: out.text(),
    stderr: err.text(),
    before: err.before() + out.before(),
    ready: err.ready || err.started,
    started: err.started,
    tooMuch,
  }
}

/** The bytes that follow the marker, as they come. */
export async function* afterMarker(stdout: AsyncIterable<Buffer>, marker: string): AsyncGenerator<Buffer> {
  const gate = new Gate(marker)
  for await (const chunk of stdout) yield gate.pass(chunk)
}

/** Keeps back what precedes a marker. */
class Gate {
  open = false
  before = Buffer.alloc(0)
  readonly #marker: Buffer
  constructor(marker: string) {
    this.#marker = Buffer.from(`${marker}\n`)
  }
  pass(chunk: Buffer, opened?: () => void): Buffer {
    if (this.open) return chunk
    const all = Buffer.concat([this.before, chunk])
    const at = all.indexOf(this.#marker)
    this.open = at >= 0
    // A few lines are plenty for a reason; the marker's length more, in case it is split.
    this.before = this.open ? all.subarray(0, at) : all.subarray(-16_384)
    if (this.open) opened?.()
    return this.open ? all.subarray(at + this.#marker.length) : Buffer.alloc(0)
  }
}

interface SinkOptions {
  readonly marker: string
  readonly cap: number
  readonly stop: () => void
  readonly ready?: string
  readonly onReady?: () => void
  readonly onLine?: (line: string) => void
  readonly onStarted?: () => void
}

/** Bytes of one stream after the marker, up to a cap, decoded only when whole; lines as they come, for progress. */
class Sink {
  full = false
  readonly #options: SinkOptions
  readonly #first: Gate | undefined
  readonly #gate: Gate
  readonly #chunks: Buffer[] = []
  readonly #decoder = new StringDecoder('utf8')
  #size = 0
  #partial = ''
  constructor(options: SinkOptions) {
    this.#options = options
    this.#first = options.ready === undefined ? undefined : new Gate(options.ready)
    this.#gate = new Gate(options.marker)
  }

  get ready(): boolean {
    return this.#first?.open === true
  }

  get started(): boolean {
    return this.#gate.open
  }

  take(chunk: Buffer): void {
    const { cap, stop, onLine, onReady, onStarted } = this.#options
    if (this.full) return
    const said = this.#first?.pass(chunk, onReady) ?? chunk
    const rest = this.#gate.pass(said, onStarted)
    this.#size += rest.length
    if (this.#size > cap) {
      this.full = true
      stop()
      return
    }
    this.#chunks.push(rest)
    if (onLine) this.#lines(this.#decoder.write(rest), onLine)
  }

  #lines(text: string, onLine: (line: string) => void): void {
    const parts = (this.#partial + text).split('\n')
    this.#partial = parts.pop() ?? ''
    parts.forEach(onLine)
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  before(): string {
    const { before } = this.#first?.open === false ? this.#first : this.#gate
    return before.toString('utf8')
  }
}
