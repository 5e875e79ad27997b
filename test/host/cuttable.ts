import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A way to a port of this computer that can be cut. */
export interface Cuttable {
  readonly port: number
  /** Once so many bytes went through, in both directions together: `reset` is noticed by both ends, `silence` by none. */
  cutAfter(bytes: number, how: 'reset' | 'silence'): void
  stop(): void
}

export async function cuttableWayTo(port: number): Promise<Cuttable> {
  const sockets: Socket[] = []
  let cut: { readonly at: number; readonly how: 'reset' | 'silence' } | undefined
  let passed = 0
  const stop = (): void => {
    sockets.forEach((socket) => socket.destroy())
  }
  const forward = (from: Socket, to: Socket): void => {
    from.on('error', () => undefined)
    from.on('data', (chunk: Buffer) => {
      passed += chunk.length
      if (cut === undefined || passed < cut.at) {
        if (!to.write(chunk)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
      } else if (cut.how === 'reset') stop()
    })
    from.on('close', () => to.destroy())
  }
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    sockets.push(near, far)
    forward(near, far)
    forward(far, near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes, how) => {
      cut = { at: passed + bytes, how }
    },
    stop: () => {
      server.close()
      stop()
    },
  }
}
