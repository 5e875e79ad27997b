import { connect } from 'node:net'

/** Longest wait for each sign of life, in milliseconds. */
const PATIENCE = 1500

/** SSH, the web, and where a Kubernetes API would be. */
const PORTS = [22, 443, 6443]

/** Names the signs that are looked for. */
export const SIGNS = `TCP ports ${PORTS.join(', ')}, ping where it is installed, this computer's neighbour table`

/** The first of the addresses at which nobody shows a sign of life. That proves little: whoever takes it asks on its own network again. */
export async function firstSilent(addresses: readonly string[]): Promise<string | undefined> {
  const alive = await Promise.all(addresses.map(isAlive))
  return addresses.find((_, at) => !alive[at])
}

async function isAlive(address: string): Promise<boolean> {
  const signs = await Promise.all([answersPing(address), ...PORTS.map((port) => answersTcp(address, port))])
  // After the others: they made the kernel ask for the address on the network.
  return signs.includes(true) || (await isNeighbour(address))
}

/** A refusal is an answer too. */
function answersTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE })
    const end = (alive: boolean): void => {
      socket.destroy()
      resolve(alive)
    }
    socket.once('connect', () => {
      end(true)
    })
    socket.once('timeout', () => {
      end(false)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code === 'ECONNREFUSED')
    })
  })
}

async function answersPing(address: string): Promise<boolean> {
  const { execa } = await import('execa')
  const { exitCode } = await execa('ping', ['-n', '-c', '1', address], {
    reject: false,
    timeout: PATIENCE,
    stdin: 'ignore',
  })
  return exitCode === 0
}

/** Whoever has the address and answers nothing else answers ARP. Elsewhere than on Linux, or without iproute2, nothing is known. */
async function isNeighbour(address: string): Promise<boolean> {
  const { execa } = await import('execa')
  const ended = await execa('ip', ['neigh', 'show', 'to', address], {
    reject: false,
    timeout: PATIENCE,
    stdin: 'ignore',
  })
  return !ended.failed && /\blladdr\b/.test(ended.stdout) && !/\b(?:FAILED|INCOMPLETE)\b/.test(ended.stdout)
}
