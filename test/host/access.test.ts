import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TripodError } from '../../src/errors.js'
import { connect, type ConnectOptions } from '../../src/host/connect.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import { fingerprint } from '../../src/host/trust/known-hosts.js'
import { scanAll } from '../../src/host/trust/trust.js'
import { trustHosts } from '../../src/host/trust/trust-hosts.js'
import type { SshSettings } from '../../src/inventory/cluster.js'
import { Secret } from '../../src/secret.js'
import { sh } from '../../src/shell.js'
import { canRunSshd, freePort, newKey, startSshd, type Sshd } from './sshd.js'
import { said } from '../said.js'

const open = { credentials: { keys: new Keyring() } }

async function errorOf(ssh: SshSettings, options: ConnectOptions = open): Promise<TripodError> {
  try {
    const host = await connect({ name: 'm1', ssh }, options)
    await host.close()
  } catch (error) {
    if (error instanceof TripodError) return error
    throw error
  }
  throw new Error('it connected')
}

const codeOf = async (ssh: SshSettings, options?: ConnectOptions): Promise<string> => (await errorOf(ssh, options)).code

// A login shell may take its time (a long .bashrc), and connections are many.
describe.skipIf(!canRunSshd())('access to a real sshd', () => {
  let sshd: Sshd
  let directory: string
  const agents: ChildProcess[] = []
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tripod-access-'))
    const authorized = [
      newKey(join(directory, 'locked'), { passphrase: 'open sesame' }),
      newKey(join(directory, 'held')),
    ]
    newKey(join(directory, 'stranger'))
    sshd = await startSshd({ authorized })
  })
  afterAll(() => {
    for (const agent of agents) agent.kill()
    sshd.stop()
    rmSync(directory, { recursive: true })
  })
  const path = (name: string): string => join(directory, name)
  const known = (name: string, text: string): string => {
    writeFileSync(path(name), text)
    return path(name)
  }
  const at = (): string => `[127.0.0.1]:${String(sshd.port)}`
  const works = async (ssh: SshSettings, options: ConnectOptions = open): Promise<void> => {
    const host = await connect({ name: 'm1', ssh }, options)
    expect((await host.run(sh`:`)).code).toBe(0)
    await host.close()
  }

  it('tells a changed host key, a refused key, and an unreachable node apart, each with its own fix', async () => {
    const other = readFileSync(path('stranger.pub'), 'utf8')
    const changed = await errorOf(sshd.settings({ knownHosts: known('changed', `# hi\n${at()} ${other}`) }))
    expect(changed.code).toBe('HOST_KEY_CHANGED')
    expect(changed.message).toContain(`${path('changed')}:2`)
    expect(changed.message).toContain(fingerprint(Buffer.from(sshd.hostKeyLine.split(' ')[1] ?? '', 'base64')))
    expect(changed.message).toContain(fingerprint(Buffer.from(other.split(' ')[1] ?? '', 'base64')))
    expect(said(changed.hint)).toContain('tripod trust scan --replace m1')
    const refused = await errorOf(sshd.settings({ identityFile: path('stranger') }))
    expect([refused.code, refused.hint]).toEqual([
      'AUTH_REFUSED',
      expect.stringContaining('ssh-copy-id root@127.0.0.1'),
    ])
    expect(refused.message).toContain(path('stranger'))
    const port = await freePort()
    const gone = await errorOf(sshd.settings({ port }))
    expect([gone.code, said(gone.hint)]).toEqual(['NODE_UNREACHABLE', expect.stringContaining('--skip-node m1')])
    expect(gone.message).toContain(`127.0.0.1:${String(port)}`)
  })

  it('refuses an unknown key by policy yes and without anybody to ask, and stores nothing', async () => {
    const knownHosts = path('nobody')
    expect(await codeOf(sshd.settings({ knownHosts }))).toBe('HOST_KEY_UNKNOWN')
    const ask = (): Promise<boolean> => Promise.reject(new Error('asked'))
    expect(await codeOf(sshd.settings({ knownHosts, hostKeyPolicy: 'yes' }), { ...open, ask })).toBe('HOST_KEY_UNKNOWN')
    expect(existsSync(knownHosts)).toBe(false)
  })

  it('asks, and stores the key on a yes alone', async () => {
    const knownHosts = path('asked')
    const questions: string[] = []
    const answer = (yes: boolean): ConnectOptions => ({
      ...open,
      ask: (key) => {
        questions.push(`${key.node} ${key.type} ${key.fingerprint}`)
        return Promise.resolve(yes)
      },
    })
    expect(await codeOf(sshd.settings({ knownHosts }), answer(false))).toBe('HOST_KEY_UNKNOWN')
    expect(existsSync(knownHosts)).toBe(false)
    await works(sshd.settings({ knownHosts }), answer(true))
    await works(sshd.settings({ knownHosts }), answer(false))
    expect(readFileSync(knownHosts, 'utf8')).toBe(`${at()} ${sshd.hostKeyLine}\n`)
    expect(questions).toHaveLength(2)
    expect(questions[0]).toContain('m1 ssh-ed25519 SHA256:')
  })

  it('takes a new key by accept-new, but never a changed one', async () => {
    const knownHosts = path('accepted')
    await works(sshd.settings({ knownHosts, hostKeyPolicy: 'accept-new' }))
    expect(readFileSync(knownHosts, 'utf8')).toContain(at())
    writeFileSync(knownHosts, `${at()} ${readFileSync(path('stranger.pub'), 'utf8')}`)
    expect(await codeOf(sshd.settings({ knownHosts, hostKeyPolicy: 'accept-new' }))).toBe('HOST_KEY_CHANGED')
  })

  it('follows a pin of the inventory alone', async () => {
    const hostKey = fingerprint(Buffer.from(sshd.hostKeyLine.split(' ')[1] ?? '', 'base64'))
    await works(sshd.settings({ knownHosts: path('nobody'), hostKey }))
    const wrong = `SHA256:${'A'.repeat(43)}`
    const error = await errorOf(sshd.settings({ hostKey: wrong }))
    expect([error.code, error.hint]).toEqual(['HOST_KEY_CHANGED', expect.stringContaining(hostKey)])
  })

  it('names a revoked key and a host that only a certificate authority vouches for', async () => {
    const line = `${at()} ${sshd.hostKeyLine}\n`
    expect(await codeOf(sshd.settings({ knownHosts: known('revoked', `${line}@revoked ${line}`) }))).toBe(
      'HOST_KEY_REVOKED',
    )
    expect(await codeOf(sshd.settings({ knownHosts: known('ca', `@cert-authority ${line}`) }))).toBe(
      'SSH_FEATURE_MISSING',
    )
  })

  it('opens an encrypted key with its passphrase, asked for once for many nodes', async () => {
    let asked = 0
    const keys = new Keyring(() => {
      asked += 1
      return Promise.resolve(new Secret('open sesame'))
    })
    const ssh = sshd.settings({ identityFile: path('locked') })
    await Promise.all([1, 2, 3].map(() => works(ssh, { credentials: { keys } })))
    expect(asked).toBe(1)
  })

  it('names a key that is missing, locked, wrongly unlocked, open to others, no key or in a token, before it connects', async () => {
    const using = (name: string, passphrase?: string): Promise<TripodError> =>
      errorOf(sshd.settings({ identityFile: path(name) }), {
        credentials: {
          keys: new Keyring(() => Promise.resolve(passphrase === undefined ? undefined : new Secret(passphrase))),
        },
      })
    writeFileSync(path('text'), 'hello', { mode: 0o600 })
    writeFileSync(path('open'), 'hello', { mode: 0o644 })
    const inToken = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      Buffer.from('sk-ssh-ed25519@openssh.com'),
    ]).toString('base64')
    writeFileSync(
      path('token'),
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${inToken}\n-----END OPENSSH PRIVATE KEY-----\n`,
      {
        mode: 0o600,
      },
    )
    const errors = [
      await using('none'),
      await using('locked'),
      await using('locked', 'wrong'),
      await using('open'),
      await using('text'),
      await using('token'),
    ]
    expect(errors.map(({ code }) => code)).toEqual([...Array<string>(5).fill('KEY_UNREADABLE'), 'SSH_FEATURE_MISSING'])
    expect(new Set(errors.map(({ message }) => message)).size).toBe(6)
    for (const error of errors) expect(error.message).toMatch(/^m1: .*tripod-access/)
  })

  async function agentWith(...names: readonly string[]): Promise<string> {
    const socket = path(`agent-${String(agents.length)}`)
    agents.push(spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' }))
    for (let attempt = 0; attempt < 100 && !existsSync(socket); attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    execFileSync('ssh-add', ['-q', ...names.map(path)], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
    return socket
  }

  it('uses the agent for a key that only it can open, and offers no other of its keys then', async () => {
    const agentSocket = await agentWith('stranger', 'held')
    const credentials = { keys: new Keyring(), agentSocket }
    rmSync(path('held'))
    await works(sshd.settings({ identityFile: path('held'), agent: true }), { credentials })
    const only = await errorOf(sshd.settings({ identityFile: path('stranger'), agent: true }), { credentials })
    expect(only.code).toBe('AUTH_REFUSED')
  })

  it('goes on without an agent that does not answer', async () => {
    const notices: string[] = []
    const credentials = { keys: new Keyring(), agentSocket: path('no-agent') }
    await works(sshd.settings({ agent: true }), { credentials, notice: (text) => notices.push(text) })
    expect(notices).toEqual([expect.stringContaining('agent')])
  })

  it('recognises a host known by its ECDSA key alone', async () => {
    const ecdsa = await startSshd({ hostKeyType: 'ecdsa', config: [`HostKey ${join(sshd.directory, 'host')}`] })
    try {
      await works(ecdsa.settings())
    } finally {
      ecdsa.stop()
    }
  })

  describe('through bastions', () => {
    let bastion: Sshd
    beforeAll(async () => {
      bastion = await startSshd({ known: false })
    })
    afterAll(() => {
      bastion.stop()
    })
    const hop = (server: Sshd): SshSettings['bastions'][number] => ({
      host: '127.0.0.1',
      port: server.port,
      user: 'root',
      identityFile: server.identityFile,
    })
    const line = (server: Sshd): string => `[127.0.0.1]:${String(server.port)} ${server.hostKeyLine}\n`

    it('reaches a node over two hops, each checked by its own name', async () => {
      const knownHosts = known('chain', line(bastion) + line(sshd))
      const stats = { connections: 0, execs: 0 }
      await works(sshd.settings({ bastions: [hop(bastion), hop(bastion)], knownHosts }), { ...open, stats })
      expect(stats).toEqual({ connections: 1, execs: 1 })
    })

    it('says which of the two is not known, and which cannot be reached', async () => {
      const bastions = [hop(bastion)]
      const first = await errorOf(sshd.settings({ bastions, knownHosts: known('second', line(sshd)) }))
      expect([first.code, first.message]).toEqual([
        'HOST_KEY_UNKNOWN',
        expect.stringContaining('m1 (bastion 127.0.0.1)'),
      ])
      const second = await errorOf(sshd.settings({ bastions, knownHosts: known('first', line(bastion)) }))
      expect([second.code, second.message]).toEqual(['HOST_KEY_UNKNOWN', expect.stringMatching(/^m1: /)])
      const port = await freePort()
      const gone = await errorOf(sshd.settings({ bastions, port, knownHosts: known('first', line(bastion)) }))
      expect([gone.code, gone.message]).toEqual(['NODE_UNREACHABLE', expect.stringContaining(String(port))])
    })

    it('is scanned hop by hop: the node behind it is seen once the bastion is trusted', async () => {
      const knownHosts = path('scan-chain')
      const node = { name: 'm1', ssh: sshd.settings({ bastions: [hop(bastion)], knownHosts }) }
      const shown: string[] = []
      const request = {
        nodes: [node],
        options: open,
        replace: [],
        show: (key: { label: string }) => shown.push(key.label),
      }
      const keys = await trustHosts({ ...request, agree: () => Promise.resolve(true) })
      expect(shown).toEqual(['m1 (bastion 127.0.0.1)', 'm1'])
      expect(keys.map(({ stored }) => stored)).toEqual([true, true])
      expect(readFileSync(knownHosts, 'utf8')).toBe(line(bastion) + line(sshd))
    })
  })

  describe('a scan', () => {
    const request = (
      knownHosts: string,
      replace: readonly string[],
      yes: boolean,
    ): Parameters<typeof trustHosts>[0] => ({
      // A key that nobody accepts: a scan does not log in.
      nodes: [{ name: 'm1', ssh: sshd.settings({ knownHosts, identityFile: path('stranger') }) }],
      options: open,
      replace,
      show: () => undefined,
      agree: () => Promise.resolve(yes),
    })

    it('stores a new key after a yes and nothing after a no', async () => {
      const file = path('scan-new')
      await expect(trustHosts(request(file, [], false))).rejects.toMatchObject({ code: 'NOT_CONFIRMED' })
      expect(existsSync(file)).toBe(false)
      expect(await trustHosts(request(file, [], true))).toMatchObject([{ state: 'new', stored: true }])
      expect(await trustHosts(request(file, [], true))).toMatchObject([{ state: 'known', stored: false }])
    })

    it('replaces a changed key only when told to by name', async () => {
      const text = `${at()} ${readFileSync(path('stranger.pub'), 'utf8')}`
      const file = known('scan-changed', text)
      await expect(trustHosts(request(file, ['other'], true))).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
      expect(readFileSync(file, 'utf8')).toBe(text)
      await trustHosts(request(file, ['m1'], true))
      expect(readFileSync(file, 'utf8')).toBe(`${at()} ${sshd.hostKeyLine}\n`)
    })

    it('reports machines that do not answer beside those that do', async () => {
      const ssh = sshd.settings()
      const dead = { ...ssh, port: await freePort() }
      const { keys, failures } = await scanAll(
        [
          { name: 'm1', ssh },
          { name: 'm2', ssh: dead },
        ],
        open,
      )
      expect(keys.map(({ node, state }) => [node, state])).toEqual([['m1', 'known']])
      expect(failures.map(({ code }) => code)).toEqual(['NODE_UNREACHABLE'])
    })
  })

  it('works with a server that allows one session per connection: the lock gets a connection of its own', async () => {
    const narrow = await startSshd({ config: ['MaxSessions 1'] })
    const stats = { connections: 0, execs: 0 }
    const host = await connect({ name: 'm1', ssh: narrow.settings() }, { ...open, stats })
    try {
      const held = await host.hold(sh`echo locked; cat > /dev/null`)
      const results = await Promise.all([1, 2, 3, 4].map((number) => host.run(sh`sleep 0.2; echo ${number}`)))
      expect(results.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n'])
      expect(stats.connections).toBe(2)
      await held.release()
    } finally {
      await host.close()
      narrow.stop()
    }
  })
})
