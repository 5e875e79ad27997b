import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routeTo } from '../../src/host/route.js'
import {
  configMatters,
  parseSshConfig,
  plainConfig,
  sshConfigReader,
  type SshConfigReader,
} from '../../src/host/ssh-config.js'
import type { SshSettings } from '../../src/inventory/cluster.js'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-config-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const CONFIG = `
Host m1
  HostName 10.0.0.1
  Port 2222
  User config-user
  IdentityFile ~/keys/%h-%r
  IdentitiesOnly yes
  CertificateFile ~/c-cert.pub
  IdentityAgent ~/agent-%h
  ProxyJump ops@jump1:2022,jump2
  HostKeyAlias first
  UserKnownHostsFile ~/.ssh/one %d/two
  GlobalKnownHostsFile none
  StrictHostKeyChecking accept-new
Host odd
  ProxyCommand nc %h %p
  StrictHostKeyChecking no
`

/** What the real ssh makes of a configuration file. */
function reader(text = CONFIG): SshConfigReader {
  const file = join(directory, 'config')
  writeFileSync(file, text)
  return (host) =>
    Promise.resolve(
      parseSshConfig(
        execFileSync('ssh', ['-G', '-F', file, '--', host], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
        host,
      ),
    )
}

const settings = (changes: Partial<SshSettings> = {}): SshSettings => ({
  host: 'm1',
  port: 22,
  user: 'ops',
  agent: false,
  bastions: [],
  sudo: true,
  knownHosts: '/kh',
  ...changes,
})

describe('the ssh configuration of the user', () => {
  it('is read as OpenSSH understands it', async () => {
    expect(await reader()('m1')).toEqual({
      hostname: '10.0.0.1',
      port: 2222,
      user: 'config-user',
      identityFiles: [join(userInfo().homedir, 'keys/10.0.0.1-config-user')],
      identitiesOnly: true,
      certificateFiles: [join(userInfo().homedir, 'c-cert.pub')],
      agentSocket: join(userInfo().homedir, 'agent-10.0.0.1'),
      proxyJump: 'ops@jump1:2022,jump2',
      hostKeyAlias: 'first',
      knownHostsFiles: [join(userInfo().homedir, '.ssh/one'), join(userInfo().homedir, 'two')],
      policy: 'accept-new',
    })
  })

  it.each([
    ['none', null],
    ['SSH_AUTH_SOCK', undefined],
    ['$TRIPOD_TEST_SOCKET', '/run/agent'],
    ['${TRIPOD_TEST_SOCKET}/x', '/run/agent/x'],
    ['$TRIPOD_TEST_UNSET', null],
    ['~/a', join(userInfo().homedir, 'a')],
    ['%d/%r-%n-%p-%%', join(userInfo().homedir, 'kim-agent-22-%')],
  ])('names the agent as ssh does: IdentityAgent %s', async (value, socket) => {
    process.env['TRIPOD_TEST_SOCKET'] = '/run/agent'
    const config = await reader(`Host agent\n  User kim\n  IdentityAgent ${value}\n`)('agent')
    expect(config.agentSocket).toBe(socket)
  })

  it('may name no key at all', async () => {
    expect((await reader('Host *\n  IdentityFile none\n')('m1')).identityFiles).toEqual([])
  })

  it('never switches the check of host keys off', async () => {
    expect(await reader()('odd')).not.toHaveProperty('policy')
  })

  it('is asked for once per host, and is the default where there is no ssh, which is said', async () => {
    const notices: string[] = []
    const path = process.env['PATH']
    process.env['PATH'] = directory
    try {
      const read = sshConfigReader((text) => notices.push(text), Promise.resolve(true))
      expect(await Promise.all([read('m1'), read('m1')])).toEqual([plainConfig('m1'), plainConfig('m1')])
    } finally {
      process.env['PATH'] = path
    }
    expect(notices).toEqual([expect.stringContaining('there is no ssh on this machine')])
    expect((await sshConfigReader(undefined, Promise.resolve(true))('m1')).identityFiles.length).toBeGreaterThan(3)
  })

  it('is not asked for when it says nothing of interest', async () => {
    const file = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text)
      return join(directory, name)
    }
    const debian =
      'Include /etc/ssh/ssh_config.d/*.conf\nHost *\n  SendEnv LANG LC_*\n#   Port 22\n  HashKnownHosts yes\n'
    expect(await configMatters([file('debian', debian), join(directory, 'missing')])).toBe(false)
    expect(await configMatters([file('port', 'Host *\n\tport=2222\n')])).toBe(true)
    expect(await configMatters([file('agent', 'IdentityAgent none\n')])).toBe(true)
    expect(await configMatters([file('certificate', 'CertificateFile x\n')])).toBe(true)
    expect(await configMatters([file('include', 'Include other\n')])).toBe(true)
  })

  it('has the defaults of ssh when there is none', async () => {
    const real = await reader('')('10.0.0.9')
    const plain = plainConfig('10.0.0.9')
    expect(plain).toEqual({ ...real, identityFiles: plain.identityFiles })
    for (const file of plain.identityFiles) expect(real.identityFiles).toContain(file)
  })
})

describe('the way to a node', () => {
  it('takes from the configuration what the inventory does not say', async () => {
    const route = await routeTo({ name: 'node', ssh: settings() }, reader())
    expect(route.map(({ label, host, port, user }) => [label, host, port, user])).toEqual([
      ['node (bastion jump1)', 'jump1', 2022, 'ops'],
      ['node (bastion jump2)', 'jump2', 22, expect.any(String)],
      ['node', '10.0.0.1', 2222, 'ops'],
    ])
    expect(route.at(-1)).toMatchObject({
      onlyThese: true,
      required: false,
      hostKeyAlias: 'first',
      policy: 'accept-new',
    })
  })

  it('lets the inventory win', async () => {
    const ssh = settings({
      port: 2200,
      identityFile: '/key',
      bastions: [{ host: 'b', port: 22, user: 'x', identityFile: '/b' }],
    })
    const route = await routeTo({ name: 'node', ssh }, reader())
    expect(route).toMatchObject([
      { host: 'b', port: 22, user: 'x', identityFiles: ['/b'], onlyThese: true, required: true },
      { host: '10.0.0.1', port: 2200, user: 'ops', identityFiles: ['/key'], onlyThese: true, required: true },
    ])
  })

  it('reads every form of a jump', async () => {
    const jump = 'ssh://a@[2001:db8::1]:2022,b,c@d'
    const route = await routeTo({ name: 'n', ssh: settings() }, (host) =>
      Promise.resolve({ ...plainConfig(host), proxyJump: jump }),
    )
    expect(route.map(({ host, port }) => [host, port])).toEqual([
      ['2001:db8::1', 2022],
      ['b', 22],
      ['d', 22],
      ['m1', 22],
    ])
  })

  it('follows the jump of a jump host, and not in a circle', async () => {
    const jumps: Readonly<Record<string, string>> = { m1: 'inner', inner: 'outer', outer: 'outer' }
    const route = await routeTo({ name: 'n', ssh: settings() }, (host) => {
      const proxyJump = jumps[host]
      return Promise.resolve({ ...plainConfig(host), ...(proxyJump === undefined ? {} : { proxyJump }) })
    })
    expect(route.map(({ host }) => host)).toEqual(['outer', 'inner', 'm1'])
  })

  it('names what it cannot follow', async () => {
    await expect(routeTo({ name: 'n', ssh: settings({ host: 'odd' }) }, reader())).rejects.toMatchObject({
      code: 'SSH_FEATURE_MISSING',
      message: expect.stringContaining('ProxyCommand nc') as string,
    })
  })
})
