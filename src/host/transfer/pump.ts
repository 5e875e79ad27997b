import { once } from 'node:events'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterMarker } from '../collect.js'
import type { Channel } from '../link.js'

type Through = (bytes: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>

/** What a script reads on stdin, as a stream. */
export interface Source {
  readonly from: Readable
  readonly through: Through
}

/** Where the stdout of a script goes, as a stream. */
export interface Sink {
  readonly through: Through
  readonly into: Writable
}

/** Writes no faster than the node reads. Ends early if the channel does: then the node has its say. */
export async function send(bytes: AsyncIterable<Buffer>, channel: Channel): Promise<void> {
  const over = channel.exit.then(() => 'over')
  for await (const chunk of bytes) {
    if (!channel.write(chunk) && (await Promise.race([over, once(channel, 'drain')])) === 'over') return
  }
  channel.end()
}

/** Reads no faster than the bytes are taken. What is left when they are not must be read, or the channel never closes. */
export async function take(channel: Channel, { through, into }: Sink, marker: string): Promise<void> {
  const stdout = channel.pipe(new PassThrough())
  try {
    await pipeline(stdout, (bytes: AsyncIterable<Buffer>) => through(afterMarker(bytes, marker)), into)
  } finally {
    channel.unpipe(stdout).resume()
  }
}
