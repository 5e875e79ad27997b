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
  let onAnswer: (line: string) => void = () => undefined
  const greeting = new Promise<string>((resolve) => {
    onAnswer = resolve
  })
  const result = collect(channel, { ...options, onAnswer }).finally(() => {
    clearInterval(heartbeat)
  })
  const ended = result.then(() => undefined)
  const release = async (): Promise<void> => {
    clearInterval(heartbeat)
    channel.end()
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, RELEASE_SECONDS * 1000).unref())])
    channel.close()
  }
  return { held: greeting.then((line) => ({ greeting: line, ended, release })), result }
}
