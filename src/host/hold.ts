import { collect, type Collected } from './collect.js'
import type { Held } from './host.js'
import type { Channel } from './link.js'

const HEARTBEAT_SECONDS = 10
const RELEASE_SECONDS = 5

interface HoldOptions {
  readonly marker: string
  readonly onStarted: () => void
  readonly cap: number
}

/** Follows a script that was started with an open stdin. `held` settles with its first line; `result` when it has ended. */
export function holdOpen(channel: Channel, options: HoldOptions): { held: Promise<Held>; result: Promise<Collected> } {
  const heartbeat = setInterval(() => channel.write('\n'), HEARTBEAT_SECONDS * 1000)
  const line = firstLine(channel)
  const result = collect(channel, options).finally(() => {
    clearInterval(heartbeat)
  })
  const ended = result.then(() => undefined)
  const release = async (): Promise<void> => {
    clearInterval(heartbeat)
    channel.end()
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, RELEASE_SECONDS * 1000).unref())])
    channel.close()
  }
  return { held: line.then((greeting) => ({ greeting, ended, release })), result }
}

/** Stays open when the script ends without one. */
function firstLine(channel: Channel): Promise<string> {
  return new Promise((resolve) => {
    let text = Buffer.alloc(0)
    const take = (chunk: Buffer): void => {
      text = Buffer.concat([text, chunk])
      const end = text.indexOf('\n')
      if (end < 0) return
      channel.removeListener('data', take)
      resolve(text.toString('utf8', 0, end))
    }
    channel.on('data', take)
  })
}
