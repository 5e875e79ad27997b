import { execFileSync, spawn } from 'node:child_process'
import { accessSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { SshSettings } from '../../src/inventory/cluster.js'
import { loopback } from './loopback.js'

const SSHD = '/usr/sbin/sshd'

/** Whether a real sshd can be started here; when not, the reason is printed, so that a skip is seen. */
export function canRunSshd(): boolean {
  try {
    accessSync(SSHD)
    return userInfo().uid === 0 || skip('root is needed to run sshd')
  } catch {
    return skip('openssh-server is not installed: apt-get install -y openssh-server')
  }
}

function skip(why: string): boolean {
  console.warn(`SKIPPED: tests against a real sshd, because ${why}`)
  return false
}

/** A real OpenSSH server on loopback with keys of its own. */
export interface Sshd {
  readonly directory: string
  readonly port: number
  /** Private key that may log in as root. */
  readonly identityFile: string
  /** The server's public host key line: `ssh-ed25519 AAAA...`. */
  readonly hostKeyLine: string
  readonly knownHosts: string
  settings(changes?: Partial<SshSettings>): SshSettings
  stop(): void
}

export interface SshdOptions {
  /** Lines of sshd_config, before the fixed ones (the first of a keyword wins). */
  readonly config?: readonly string[]
  readonly hostKeyType?: 'ed25519' | 'ecdsa' | 'rsa'
  /** Whether known_hosts holds the key from the beginning; it does unless told otherwise. */
  readonly known?: boolean
  readonly authorized?: readonly string[]
}

export function newKey(path: string, options: { type?: string; passphrase?: string } = {}): string {
  const { type = 'ed25519', passphrase = '' } = options
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path])
  return readFileSync(`${path}.pub`, 'utf8').trim()
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), 'tripod-sshd-'))
  const identityFile = join(directory, 'id')
  const authorized = [newKey(identityFile), ...(options.authorized ?? [])]
  const hostKeyLine = newKey(join(directory, 'host'), { type: options.hostKeyType ?? 'ed25519' })
  const port = await freePort()
  const knownHosts = join(directory, 'known_hosts')
  if (options.known !== false) writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKeyLine}\n`)
  writeFileSync(join(directory, 'authorized_keys'), `${authorized.join('\n')}\n`)
  writeFileSync(join(directory, 'config'), config(directory, port, options.config ?? []))
  mkdirSync('/run/sshd', { recursive: true })
  const child = spawn(SSHD, ['-D', '-e', '-f', join(directory, 'config')], { stdio: 'ignore' })
  const stop = (): void => {
    child.kill('SIGTERM')
    rmSync(directory, { recursive: true, force: true })
  }
  // A test that ran out of time never comes to its own clean-up.
  process.once('exit', stop)
  await listening(port)
  return {
    directory,
    port,
    identityFile,
    hostKeyLine: hostKeyLine.split(' ').slice(0, 2).join(' '),
    knownHosts,
    settings: (changes = {}) => ({ ...loopback({ port, identityFile, knownHosts }), ...changes }),
    stop: () => {
      process.off('exit', stop)
      stop()
    },
  }
}

function config(directory: string, port: number, extra: readonly string[]): string {
  return [
    ...extra,
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${join(directory, 'host')}`,
    `PidFile ${join(directory, 'pid')}`,
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    '',
  ].join('\n')
}

/** A port that nothing listens on at the moment of asking. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => {
        resolve(port)
      })
    })
  })
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => {
        resolve(false)
      })
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`sshd does not listen on port ${port}`)
}
