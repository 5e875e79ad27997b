import { connect, type TLSSocket } from 'node:tls'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where clients of the API connect to. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** One new connection: when it was begun, when it ended, in ms since the epoch, and whether the API server had answered /readyz or /livez. */
export interface Attempt {
  readonly begun: number
  readonly ended: number
  readonly answered: boolean
}

/** As long as a client waits for an answer, in ms. */
const PATIENCE = 5000

/** Begins a new connection every 1/`perSecond` s for as long as the work takes, each on its own: none waits for another. */
export async function newConnections(
  { place, perSecond }: { readonly place: Place; readonly perSecond: number },
  work: () => Promise<unknown>,
): Promise<readonly Attempt[]> {
  const attempts: Promise<Attempt>[] = []
  const timer = setInterval(() => attempts.push(attempt(place)), 1000 / perSecond)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  return await Promise.all(attempts)
}

async function attempt(place: Place): Promise<Attempt> {
  const begun = Date.now()
  const answered = await new Promise<boolean>((resolve) => {
    const socket = opened(place, () => {
      socket.write(`GET /livez HTTP/1.1\r\nHost: ${place.host}\r\nConnection: close\r\n\r\n`)
    })
    const end = (good: boolean): void => {
      resolve(good)
      socket.destroy()
    }
    socket.setTimeout(PATIENCE, () => { end(false) }) // prettier-ignore
    socket.on('data', () => { end(true) }) // prettier-ignore
    for (const event of ['error', 'close'] as const) socket.on(event, () => { end(false) }) // prettier-ignore
  })
  return { begun, ended: Date.now(), answered }
}

/** Sessions that stay open, as those of watches do. */
export interface Sessions {
  /** How many of them were cut so far. */
  cut(): number
  close(): void
}

/** Opens so many sessions. Throws if one of them cannot be had. */
export async function openSessions(place: Place, count: number): Promise<Sessions> {
  let cut = 0
  const sockets = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<TLSSocket>((resolve, reject) => {
          const socket = opened(place, () => { resolve(socket) }) // prettier-ignore
          socket.once('error', reject)
        }),
    ),
  )
  await sleep(100)
  for (const socket of sockets) {
    socket.removeAllListeners('error').on('error', () => undefined)
    socket.once('close', () => (cut += 1))
  }
  return {
    cut: () => cut,
    close: () => {
      for (const socket of sockets) socket.removeAllListeners('close').destroy()
    },
  }
}

function opened({ host, port }: Place, onSecure: () => void): TLSSocket {
  // Only whether somebody answers is of interest, not who.
  return connect({ host, port, rejectUnauthorized: false }, onSecure)
}
