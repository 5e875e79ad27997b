import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import type { Channel } from './link.js'

/** What came out of one exec. */
export interface Collected {
  readonly code: number | null
  readonly stdout: string
  /** After the marker. */
  readonly stderr: string
  /** What was said before the script began: sudo, a login shell, sshd. */
  readonly before: string
  /** Whether the marker came: the script ran, as root. */
  readonly started: boolean
  /** More than the cap came; the rest was dropped and the channel closed. */
  readonly tooMuch: boolean
}

export interface CollectOptions {
  readonly marker: string
  readonly onStarted?: () => void
  readonly onLine?: (line: string) => void
  /** Bytes kept of each stream. */
  readonly cap: number
}

/** Reads an exec to its end. Never rejects. */
export async function collect(channel: Channel, options: CollectOptions): Promise<Collected> {
  const stop = (): void => {
    channel.close()
  }
  const out = new Sink(options.cap, stop, options.onLine)
  const err = new Sink(options.cap, stop, options.onLine)
  const gate = new Gate(options.marker)
  channel.on('data', (chunk: Buffer) => {
    out.take(chunk)
  })
  channel.stderr.on('data', (chunk: Buffer) => {
    const waiting = !gate.open
    const rest = gate.pass(chunk)
    if (waiting && gate.open) options.onStarted?.()
    if (rest.length > 0) err.take(rest)
  })
  // ssh2 ends the streams also when the connection goes; an unread stderr may lag behind the exit.
  const [code] = await Promise.all([channel.exit, finished(channel.stderr, { writable: false }).catch(() => undefined)])
  const tooMuch = out.full || err.full
  const before = gate.before.toString('utf8')
  return { code: tooMuch ? null : code, stdout: out.text(), stderr: err.text(), before, started: gate.open, tooMuch }
}

/** Keeps back what precedes the marker. */
class Gate {
  open = false
  before = Buffer.alloc(0)
  readonly #marker: Buffer
  constructor(marker: string) {
    this.#marker = Buffer.from(`${marker}\n`)
  }
  pass(chunk: Buffer): Buffer {
    if (this.open) return chunk
    const all = Buffer.concat([this.before, chunk])
    const at = all.indexOf(this.#marker)
    this.open = at >= 0
    // A few lines are plenty for a reason; the marker's length more, in case it is split.
    this.before = this.open ? all.subarray(0, at) : all.subarray(-16_384)
    return this.open ? all.subarray(at + this.#marker.length) : Buffer.alloc(0)
  }
}

/** Bytes of one stream up to a cap, decoded only when whole; lines as they come, for progress. */
class Sink {
  full = false
  readonly #chunks: Buffer[] = []
  readonly #decoder = new StringDecoder('utf8')
  #size = 0
  #partial = ''
  constructor(
    private readonly cap: number,
    private readonly overflow: () => void,
    private readonly onLine?: (line: string) => void,
  ) {}

  take(chunk: Buffer): void {
    if (this.full) return
    this.#size += chunk.length
    if (this.#size > this.cap) {
      this.full = true
      this.overflow()
      return
    }
    this.#chunks.push(chunk)
    if (this.onLine) this.#lines(this.#decoder.write(chunk), this.onLine)
  }

  #lines(text: string, onLine: (line: string) => void): void {
    const parts = (this.#partial + text).split('\n')
    this.#partial = parts.pop() ?? ''
    parts.forEach(onLine)
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}
