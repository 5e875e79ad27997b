import { collect, type Collected } from './collect.js'
import type { Framed } from './transfer/framing.js'
import type { Held } from './host.js'
import type { Channel } from './link.js'

const HEARTBEAT_SECONDS = 10
const RELEASE_SECONDS = 5

interface HoldOptions extends Pick<Framed, 'marker' | 'ready' | 'preamble'> {
  readonly onStarted: () => void
  readonly cap: number
}

/** Follows a script that was started with an open stdin. `held` settles with its first line; `result` when it has ended. */
export function holdOpen(channel: Channel, options: HoldOptions): { held: Promise<Held>; result: Promise<Collected> } {
  const { marker, ready, preamble, onStarted, cap } = options
  let heartbeat: NodeJS.Timeout | undefined
  const begin = (): void => {
    channel.write(preamble)
    heartbeat = setInterval(() => channel.write('\n'), HEARTBEAT_SECONDS * 1000)
  }
  let onAnswer: (line: string) => void = () => undefined
  const greeting = new Promise<string>((resolve) => {
    onAnswer = resolve
  })
  const result = collect(channel, {
    marker,
    cap,
    onStarted,
    onAnswer,
    ...(ready !== undefined && { ready, onReady: begin }),
  }).finally(() => {
    clearInterval(heartbeat)
  })
  if (ready === undefined) begin()
  const ended = result.then(() => undefined)
  const release = async (): Promise<void> => {
    clearInterval(heartbeat)
    channel.end()
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, RELEASE_SECONDS * 1000).unref())])
    channel.close()
  }
  return { held: greeting.then((line) => ({ greeting: line, ended, release })), result }
}
