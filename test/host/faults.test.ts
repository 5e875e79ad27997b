import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, type ConnectOptions } from '../../src/host/connect.js'
import type { Link } from '../../src/host/link.js'
import { openLink } from '../../src/host/ssh.js'
import { openTcp } from '../../src/host/tcp.js'
import type { Host } from '../../src/host/host.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import type { SshSettings } from '../../src/inventory/cluster.js'
import { Secret } from '../../src/secret.js'
import { sh } from '../../src/shell.js'
import { startServer, type FaultyOptions, type FaultyServer } from './server.js'
import { STAND_IN_SUDO } from './stand-in-sudo.js'

const open: ConnectOptions = { credentials: { keys: new Keyring() } }
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function serve(options?: FaultyOptions): Promise<FaultyServer> {
  const server = await startServer(options)
  ends.push(() => {
    server.stop()
  })
  return server
}

async function login(ssh: SshSettings, options: ConnectOptions = open): Promise<Host> {
  const host = await connect({ name: 'm1', ssh }, options)
  ends.push(() => host.close())
  return host
}

describe('a connection that breaks', () => {
  it('is CONNECTION_LOST when it breaks during a command, also without any error on the wire', async () => {
    for (const cut of ['destroy', 'end'] as const) {
      const server = await serve({
        onExec: (_channel, { sockets }) => {
          setTimeout(() => {
            sockets.forEach((socket) => socket[cut]())
          }, 50)
          return true
        },
      })
      const host = await login(server.settings())
      const lost = host.run(sh`echo secret-in-script`, { title: 'the facts' })
      await expect(lost).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        message: expect.stringContaining('the facts') as string,
      })
      await lost.catch((error: unknown) => {
        expect(JSON.stringify([error, (error as Error).message])).not.toContain('secret-in-script')
      })
    }
  })

  it('ends what was held', async () => {
    const server = await serve()
    const host = await login(server.settings())
    const held = await host.hold(sh`echo locked; cat`)
    server.sockets.forEach((socket) => socket.destroy())
    await held.ended
    await held.release()
  })

  it('is noticed by the deadline when the peer falls silent', async () => {
    for (const fault of [{ onExec: () => true }, { mute: true }]) {
      const host = await login((await serve(fault)).settings())
      const started = Date.now()
      await expect(host.run(sh`:`, { timeoutSeconds: 1 })).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      expect(Date.now() - started).toBeLessThan(5000)
    }
  })

  it('is an unknown code, never success, when a channel closes without one on a link that lives', async () => {
    const server = await serve({
      onExec: (channel) => {
        channel.on('data', () => undefined)
        channel.stderr.write('')
        channel.close()
        return true
      },
    })
    await expect((await login(server.settings())).run(sh`:`)).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('is tried again when a busy server hangs up before its first word', async () => {
    const server = await serve({ dropFirst: 2 })
    const host = await login(server.settings())
    expect((await host.run(sh`:`)).code).toBe(0)
    expect(server.sockets).toHaveLength(3)
  })

  it('can be interrupted while it is made and while a command runs', async () => {
    const early = new AbortController()
    const deaf = await serve({ dropFirst: 100 })
    setTimeout(() => {
      early.abort()
    }, 100)
    await expect(login(deaf.settings(), { ...open, signal: early.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    const late = new AbortController()
    const host = await login((await serve()).settings())
    setTimeout(() => {
      late.abort()
    }, 100)
    await expect(host.run(sh`sleep 20`, { signal: late.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const between = new AbortController()
    const opening = host.run(sh`sleep 20`, { signal: between.signal })
    between.abort()
    await expect(opening).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect((await host.run(sh`echo still`)).stdout).toBe('still\n')
  })
})

describe('output', () => {
  it('is decoded whole, whatever the chunks, and noise before the script is dropped', async () => {
    const text = 'héllo — wörld 🎉\n'.repeat(50)
    const server = await serve({ profile: 'echo welcome; echo welcome >&2' })
    const host = await login(server.settings())
    const lines: string[] = []
    const bytes = [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    const script = sh`printf ${bytes.slice(0, 301).join('')}; sleep 0.1; printf ${bytes.slice(301).join('')}; echo err >&2`
    const result = await host.run(script, { onLine: (line) => lines.push(line) })
    expect(result).toEqual({ code: 0, stdout: text, stderr: 'err\n' })
    expect(lines.filter((line) => line !== 'err').join('\n') + '\n').toBe(text)
  })

  it('is an error that names the node when there is no end of it', async () => {
    const host = await login((await serve()).settings())
    const flood = host.run(sh`yes`, { title: 'the probe' })
    await expect(flood).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/^m1: the probe/) as string,
    })
  })
})

describe('logging in', () => {
  const password = { keys: new Keyring(), sshPassword: new Secret('pass word') }

  it('sends nothing at all before the host key is trusted', async () => {
    const server = await serve()
    const ssh = server.settings({ knownHosts: join(server.directory, 'none') })
    await expect(login(ssh, { credentials: password })).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
    expect(server.logins).toEqual([])
  })

  it('tries the key first and the password once', async () => {
    const server = await serve({
      onLogin: (context) => {
        context.reject(['publickey', 'password', 'keyboard-interactive'])
      },
    })
    const refused = login(server.settings(), { credentials: password })
    await expect(refused).rejects.toMatchObject({ code: 'AUTH_REFUSED' })
    await refused.catch((error: unknown) => {
      expect((error as Error).message).toContain('the password')
      expect((error as Error).message).not.toContain('pass word')
    })
    expect(server.logins).toEqual(['publickey', 'password'])
  })

  it('does not log in a second time when the server hangs up during the login', async () => {
    const server = await serve({
      onLogin: () => {
        server.sockets.forEach((socket) => socket.destroy())
      },
    })
    await expect(login(server.settings(), { credentials: password })).rejects.toMatchObject({ code: 'AUTH_REFUSED' })
    expect(server.logins).toHaveLength(1)
  })

  it('keeps a yes to a host key whose connection broke meanwhile, and connects again without asking twice', async () => {
    const server = await serve()
    let asked = 0
    const ask = async (): Promise<boolean> => {
      asked += 1
      server.sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => setTimeout(resolve, 200))
      return true
    }
    const ssh = server.settings({ knownHosts: join(server.directory, 'none') })
    const host = await login(ssh, { ...open, ask })
    expect((await host.run(sh`:`)).code).toBe(0)
    expect([asked, server.sockets.length]).toEqual([1, 2])
  })

  it('logs in by password, and where only prompts are offered, answers exactly one hidden prompt', async () => {
    const byPassword = await serve({
      onLogin: (context) => {
        if (context.method === 'password' && context.password === 'pass word') context.accept()
        else context.reject(['password'])
      },
    })
    await login(byPassword.settings(), { credentials: password })
    const answers: string[][] = []
    const byPrompt = await serve({
      onLogin: (context) => {
        if (context.method !== 'keyboard-interactive') {
          context.reject(['keyboard-interactive'])
          return
        }
        const prompt = context
        prompt.prompt([{ prompt: 'Password: ', echo: false }], (first) => {
          answers.push(first)
          prompt.prompt([{ prompt: 'One-time code: ', echo: false }], (second) => {
            answers.push(second)
            context.accept()
          })
        })
      },
    })
    await login(byPrompt.settings(), { credentials: password })
    expect(answers).toEqual([['pass word'], []])
  })

  it('gives the human time: the deadline of the handshake stands still during the question', async () => {
    const server = await serve()
    const slow = link(server.port, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
    })
    const opened = await slow
    expect(opened.isAlive()).toBe(true)
    await opened.end()
  })

  it('gives up on a peer that takes the connection and says nothing', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    ends.push(() => silent.close())
    const { port } = silent.address() as AddressInfo
    await expect(link(port, () => Promise.resolve())).rejects.toThrow('no answer within 1 s')
  })

  async function link(port: number, verify: () => Promise<void>): Promise<Link> {
    const socket = await openTcp('127.0.0.1', port)
    const hostKeyAlgorithms = ['ssh-ed25519']
    const credentials = [{ kind: 'password', label: 'the password', password: new Secret('x') }] as const
    return openLink({ socket, user: 'ops', credentials, hostKeyAlgorithms, verify, readySeconds: 1 })
  }
})

describe('becoming root', () => {
  async function behindSudo(mode: string, given?: string): Promise<{ host: Host; tried: () => string }> {
    const directory = mkdtempSync(join(tmpdir(), 'tripod-sudo-'))
    ends.push(() => {
      rmSync(directory, { recursive: true })
    })
    writeFileSync(join(directory, 'sudo'), STAND_IN_SUDO)
    chmodSync(join(directory, 'sudo'), 0o755)
    const tried = join(directory, 'tried')
    const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, MODE: mode, TRIED: tried }
    const server = await serve({ env })
    const credentials = { keys: new Keyring(), ...(given !== undefined && { sudoPassword: new Secret(given) }) }
    const host = await login(server.settings({ user: 'ops' }), { credentials })
    return { host, tried: () => (existsSync(tried) ? readFileSync(tried, 'utf8') : '') }
  }

  it('tries a wrong password once for all commands of a run, and never sends their input as a password', async () => {
    const { host, tried } = await behindSudo('PASSWORD', 'wrong')
    const all = await Promise.allSettled([
      host.run(sh`cat`, { input: 'one\ntwo\nthree\n' }),
      host.run(sh`:`),
      host.write([
        { path: '/nowhere/a', content: Buffer.from('x'), owner: 'root:root', mode: 0o600, pre: { state: 'any' } },
      ]),
      host.hold(sh`echo locked`),
    ])
    for (const one of all) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'SUDO_REFUSED' } })
      expect(String((one as PromiseRejectedResult).reason)).toContain('the sudo password is wrong')
    }
    expect(tried()).toBe('wrong\n')
  })

  it('says what sudo wants when no password was given, and when the user is not in sudoers', async () => {
    const without = (await behindSudo('PASSWORD')).host.run(sh`:`)
    await expect(without).rejects.toMatchObject({
      code: 'SUDO_REFUSED',
      hint: expect.stringContaining('--ask-sudo-pass') as string,
    })
    const denied = (await behindSudo('DENIED', 'right')).host.run(sh`:`)
    await expect(denied).rejects.toMatchObject({
      code: 'SUDO_REFUSED',
      hint: expect.stringContaining('usermod') as string,
    })
  })

  it('does not take a refusing sudo for a command because it quotes it', async () => {
    const { host } = await behindSudo('NOT_ALLOWED')
    await expect(host.run(sh`:`)).rejects.toMatchObject({ code: 'SUDO_REFUSED' })
  })

  it('does not take a failing command for a failing sudo', async () => {
    const { host } = await behindSudo('NOPASSWD')
    const result = await host.run(sh`echo 'sudo: a password is required' >&2; exit 1`)
    expect(result).toEqual({ code: 1, stdout: '', stderr: 'sudo: a password is required\n' })
  })

  it('writes and holds with a password, in one exec each', async () => {
    const { host } = await behindSudo('PASSWORD', 'right')
    expect((await host.run(sh`cat`, { input: 'payload' })).stdout).toBe('payload')
    const held = await host.hold(sh`read -r beat; echo "first $beat"; cat`).catch((error: unknown) => error)
    expect(held).toMatchObject({ greeting: 'first ' })
  })

  it.each(LOGIN_SHELLS)('names a login shell for what it is, and gives it no password: %s', async (_, shell) => {
    const heard: string[] = []
    const server = await serve({
      onExec: (channel, _server, command) => {
        channel.on('data', (data: Buffer) => heard.push(data.toString()))
        if (command === 'echo tripod-shell:$SHELL' && shell.path !== undefined) {
          channel.write(`tripod-shell:${shell.path}\n`)
        } else {
          channel.stderr.write(shell.says)
          if (shell.untilEnd === true) {
            channel.on('end', () => {
              channel.exit(0)
              channel.end()
            })
          }
          if (shell.code === undefined) return true
        }
        channel.exit(shell.code ?? 0)
        channel.end()
        return true
      },
    })
    const credentials = { keys: new Keyring(), sudoPassword: new Secret('hunter22') }
    const host = await login(server.settings({ user: 'ops' }), { credentials })
    const error = await host.run(sh`:`, { timeoutSeconds: 2 }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'LOGIN_SHELL_UNUSABLE',
      message: expect.stringMatching(shell.named) as string,
      hint: expect.stringMatching(/^On m1, as root: /) as string,
    })
    expect((error as Error).message).toMatch(/^m1: the login of ops /)
    expect(heard).toEqual([])
  })
})

interface LoginShell {
  readonly says: string
  /** Never ends if left out, or only with its stdin. */
  readonly code?: number
  readonly untilEnd?: boolean
  readonly path?: string
  readonly named: RegExp
}

/** Words as the programs print them: nologin of shadow, bash, ksh93, OpenSSH, PAM. */
const LOGIN_SHELLS: readonly (readonly [string, LoginShell])[] = [
  [
    'nologin',
    { says: 'This account is currently not available.\n', code: 1, named: /is nologin; it says: This account/ },
  ],
  ['false', { says: '', code: 1, named: /says nothing, as \/bin\/false does$/ }],
  [
    'rbash',
    {
      says: 'rbash: line 1: exec: restricted\n',
      code: 1,
      path: '/bin/rbash',
      named: /a restricted one .*; \/bin\/rbash; it says: rbash/,
    },
  ],
  ['rksh', { says: '/bin/rksh93: exec: /bin/sh: restricted\n', code: 1, named: /a restricted one/ }],
  ['a menu that ends', { says: '1) status\n2) quit\n', code: 0, named: /runs something else .*1\) status/s }],
  ['a menu that waits', { says: '1) status\n2) quit\n', named: /waits for something.*1\) status/s }],
  [
    'a shell that execs another',
    { says: '', code: 0, named: /runs something else instead of the command \(another shell/ },
  ],
  [
    'a shell of its own syntax',
    { says: 'tripod-altered\n', code: 125, named: /passed on something else; nothing was run$/ },
  ],
  ['sftp only', { says: 'This service allows sftp connections only.\n', code: 1, named: /may transfer files only/ }],
  [
    'expired',
    {
      says: 'WARNING: Your password has expired.\nPassword change required but no TTY available.\n',
      code: 1,
      named: /has expired/,
    },
  ],
]
