import { connect, type Socket } from 'node:net'

/** Longest wait for a TCP connection. */
export const TCP_SECONDS = 10

/** A TCP connection without Nagle's delay (it costs about 40 ms per handshake and exec). Rejects with the system's error. */
export function openTcp(host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      act()
    }
    const fail = (error: Error): void => {
      settle(() => {
        socket.destroy()
        reject(error)
      })
    }
    const abort = (): void => {
      fail(signal?.reason instanceof Error ? signal.reason : new Error('interrupted'))
    }
    const timer = setTimeout(() => {
      fail(Object.assign(new Error(`no answer within ${TCP_SECONDS} s`), { code: 'ETIMEDOUT' }))
    }, TCP_SECONDS * 1000)
    signal?.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      settle(() => {
        socket.removeListener('error', fail)
        resolve(socket)
      })
    })
  })
}
