import type { Duplex } from 'node:stream'
import type { Link } from './link.js'
import { TCP_SECONDS } from './tcp.js'

interface ForwardOptions {
  readonly signal?: AbortSignal | undefined
  /** As long as a connection from here would get. */
  readonly seconds?: number
}

/** A TCP connection from the far side of `link` onward. A bastion alone would wait for minutes where nothing answers. */
export async function openForward(
  link: Link,
  { host, port }: { readonly host: string; readonly port: number },
  { signal, seconds = TCP_SECONDS }: ForwardOptions = {},
): Promise<Duplex> {
  const deadline = AbortSignal.timeout(seconds * 1000)
  const over = AbortSignal.any([deadline, ...(signal ? [signal] : [])])
  const opening = link.forward(host, port)
  const ended = new Promise<never>((_, reject) => {
    over.addEventListener('abort', () => {
      // Nobody waits for it any more.
      opening.then((stream) => stream.destroy()).catch(() => undefined)
      const late = Object.assign(new Error(`no answer within ${seconds} s`), { code: 'ETIMEDOUT' })
      reject(signal?.aborted === true && signal.reason instanceof Error ? signal.reason : late)
    })
  })
  return Promise.race([opening, ended])
}
