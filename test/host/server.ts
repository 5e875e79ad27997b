import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2'
import type { SshSettings } from '../../src/inventory/cluster.js'
import { newKey } from './sshd.js'
import { loopback } from './loopback.js'

/** An SSH server inside the test, for faults that must be exact. Commands run in a local shell unless `onExec` takes them. */
export interface FaultyServer {
  readonly directory: string
  readonly port: number
  /** Methods that clients tried to log in with, in order. */
  readonly logins: string[]
  readonly sockets: Socket[]
  readonly connections: Connection[]
  settings(changes?: Partial<SshSettings>): SshSettings
  stop(): void
}

export interface FaultyOptions {
  /** True when it has dealt with the command. */
  readonly onExec?: (channel: ServerChannel, server: FaultyServer, command: string) => boolean
  readonly onLogin?: (context: AuthContext) => void
  /** Sockets that are closed before a word is said. */
  readonly dropFirst?: number
  readonly env?: NodeJS.ProcessEnv
  /** Logs in and then says nothing more. */
  readonly mute?: boolean
  /** What the login shell runs first, as a .bashrc would. */
  readonly profile?: string
}

export async function startServer(options: FaultyOptions = {}): Promise<FaultyServer> {
  const directory = mkdtempSync(join(tmpdir(), 'tripod-server-'))
  newKey(join(directory, 'id'))
  const hostKeyLine = newKey(join(directory, 'host'))
  const sockets: Socket[] = []
  const connections: Connection[] = []
  const logins: string[] = []
  const ssh = new ssh2.Server({ hostKeys: [readFileSync(join(directory, 'host'))] }, (connection) => {
    connections.push(connection)
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => {
      logins.push(context.method)
      if (options.onLogin) options.onLogin(context)
      else context.accept()
    })
    connection.on('session', (accept) => {
      if (options.mute) return
      const session = accept()
      session.on('exec', (ok, _refuse, info) => {
        const channel = ok()
        if (options.onExec?.(channel, server, info.command) !== true)
          runLocally(channel, `${options.profile ?? ''}\n${info.command}`, options.env)
      })
    })
  })
  let dropped = 0
  const listener = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    dropped += 1
    if (dropped <= (options.dropFirst ?? 0)) socket.destroy()
    else ssh.injectSocket(socket)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  const knownHosts = join(directory, 'known_hosts')
  writeFileSync(knownHosts, `[127.0.0.1]:${String(port)} ${hostKeyLine}\n`)
  const server: FaultyServer = {
    directory,
    port,
    logins,
    sockets,
    connections,
    settings: (changes = {}) => ({
      ...loopback({ port, identityFile: join(directory, 'id'), knownHosts }),
      ...changes,
    }),
    stop: () => {
      listener.close()
      for (const socket of sockets) socket.destroy()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  return server
}

function runLocally(channel: ServerChannel, command: string, env: NodeJS.ProcessEnv = process.env): void {
  const child = spawn('/bin/sh', ['-c', command], { env })
  child.stdin.on('error', () => undefined)
  channel.pipe(child.stdin)
  child.stdout.on('data', (chunk: Buffer) => channel.write(chunk))
  child.stderr.on('data', (chunk: Buffer) => channel.stderr.write(chunk))
  child.on('close', (code) => {
    if (code !== null) channel.exit(code)
    channel.end()
  })
}
