import pRetry, { AbortError } from 'p-retry'
import { messageOf, TripodError } from '../errors.js'
import type { Dialled } from './dial.js'
import type { Channel, Link } from './link.js'

/** Counts of what a run cost; the caller's object is counted up. */
export interface HostStats {
  connections: number
  execs: number
}

/** A channel and the connection it lives on. */
export interface Opened {
  readonly channel: Channel
  readonly link: Link
}

interface ChannelsOptions {
  readonly node: string
  readonly dial: () => Promise<Dialled>
  readonly stats: HostStats
}

/**
 * Where a node's channels come from: one connection, and a second one only when the server opens no more channels on the
 * first (MaxSessions). A server that says no is waited for; it is never a failure of the node.
 */
export class Channels {
  readonly #options: ChannelsOptions
  #main: Dialled
  #spare: Promise<Dialled> | undefined

  private constructor(options: ChannelsOptions, main: Dialled) {
    this.#options = options
    this.#main = main
  }

  static async connect(options: ChannelsOptions): Promise<Channels> {
    return new Channels(options, await Channels.#dial(options))
  }

  static async #dial(options: ChannelsOptions): Promise<Dialled> {
    const dialled = await options.dial()
    options.stats.connections += 1
    return dialled
  }

  get hostKey(): string {
    return this.#main.hostKey
  }

  /** Starts a command; waits up to `patienceSeconds` for a server that has no channel left. */
  open(command: string, patienceSeconds: number): Promise<Opened> {
    return pRetry(() => this.#openNow(command, patienceSeconds), {
      retries: 1000,
      minTimeout: 100,
      maxTimeout: 500,
      randomize: true,
      maxRetryTime: patienceSeconds * 1000,
    }).catch((error: unknown) => {
      if (error instanceof TripodError) throw error
      throw connectionLost(this.#options.node, `the server opens no channel: ${messageOf(error)}`)
    })
  }

  async #openNow(command: string, seconds: number): Promise<Opened> {
    const first = await this.#try(this.#main.link, command, seconds)
    if (first) return first
    this.#spare ??= Channels.#dial(this.#options)
    const spare = await this.#spare.catch((error: unknown) => {
      this.#spare = undefined
      throw new AbortError(error as Error)
    })
    if (!spare.link.isAlive()) this.#spare = undefined
    const second = spare.link.isAlive() && (await this.#try(spare.link, command, seconds))
    if (second) return second
    throw new Error('no more sessions (MaxSessions)')
  }

  /** Undefined when the server opens no channel. */
  async #try(link: Link, command: string, seconds: number): Promise<Opened | undefined> {
    if (!link.isAlive()) throw new AbortError(connectionLost(this.#options.node, await link.lost))
    const silent = setTimeout(() => {
      link.drop(`no answer within ${seconds} s`)
    }, seconds * 1000)
    try {
      const channel = await Promise.race([link.exec(command), link.lost.then(() => Promise.reject(new Error('lost')))])
      this.#options.stats.execs += 1
      return { channel, link }
    } catch {
      if (link.isAlive()) return undefined
      throw new AbortError(connectionLost(this.#options.node, await link.lost))
    } finally {
      clearTimeout(silent)
    }
  }

  async reconnect(): Promise<void> {
    await this.close()
    this.#main = await Channels.#dial(this.#options)
  }

  async close(): Promise<void> {
    const spare = await this.#spare?.catch(() => undefined)
    this.#spare = undefined
    for (const { link, through } of spare ? [spare, this.#main] : [this.#main]) {
      for (const each of [link, ...through.toReversed()]) await each.end()
    }
  }
}

/** CONNECTION_LOST with the reason; `doing` says what ran, never its text. */
export function connectionLost(node: string, why: string, doing?: string): TripodError {
  return new TripodError(
    'CONNECTION_LOST',
    `${node}: the connection was lost${doing === undefined ? '' : ` during ${doing}`}: ${why}`,
    `Run the command again; if it repeats, look at the network and the load of ${node}.`,
    { node },
  )
}
