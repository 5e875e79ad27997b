import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TripodError } from '../../src/errors.js'
import { connect } from '../../src/host/connect.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import { parseSshConfig, type SshConfigReader } from '../../src/host/ssh-config.js'
import { sh } from '../../src/shell.js'
import { canRunSshd, newKey, startSshd, type Sshd } from './sshd.js'

interface Case {
  /** Lines of the ssh configuration. `DIR` and the agents' sockets (`AGENT`, `OTHER`) are filled in. */
  readonly config: readonly string[]
  /** Of the inventory, below DIR. */
  readonly identityFile?: string
  /** Whether ssh itself gets in with that configuration. */
  readonly ssh: boolean
  /** What tripod says; undefined when it gets in. */
  readonly says?: RegExp
  readonly hint?: RegExp
}

// `AGENT` holds strangers and the right key, in this order; `OTHER` a certificate; the right private key lies nowhere.
const CASES: Readonly<Record<string, Case>> = {
  'a public key whose private half only the agent has': {
    config: ['IdentityFile DIR/right.pub', 'IdentitiesOnly yes', 'IdentityAgent AGENT'],
    ssh: true,
  },
  'a private key that is gone, with its public half beside its place': {
    config: ['IdentityFile DIR/right', 'IdentitiesOnly yes', 'IdentityAgent AGENT'],
    ssh: true,
  },
  'a named key before the other ones of the agent, which are too many': {
    config: ['IdentityFile DIR/right.pub', 'IdentityAgent AGENT'],
    ssh: true,
  },
  'more keys in the agent than the server lets one try': {
    config: ['IdentityFile none', 'IdentityAgent AGENT'],
    ssh: false,
    says: /^AUTH_REFUSED m: .*too many keys \(MaxAuthTries\)/,
    hint: /^Name the one key: ssh\.identityFile/,
  },
  'the key of the inventory alone': {
    config: ['IdentityFile none', 'IdentityAgent AGENT'],
    identityFile: 'right.pub',
    ssh: false,
  },
  'a key file of the inventory, and an agent full of others': {
    config: ['IdentityFile none', 'IdentityAgent AGENT'],
    identityFile: 'file',
    ssh: false,
  },
  'no agent at all': {
    config: ['IdentityFile DIR/right.pub', 'IdentitiesOnly yes', 'IdentityAgent none'],
    ssh: false,
    says: /^AUTH_REFUSED m: there is nothing to log in with/,
  },
  'a public key of the inventory that no agent holds': {
    config: ['IdentityAgent none'],
    identityFile: 'right.pub',
    ssh: false,
    says: /^KEY_UNREADABLE m: .*right\.pub cannot be used: it is a public key, and the agent does not hold/,
    hint: /ssh-add .*right;/,
  },
  'a variable of the environment that names the agent': {
    config: ['IdentityFile DIR/right.pub', 'IdentitiesOnly yes', 'IdentityAgent $TRIPOD_TEST_SOCK'],
    ssh: true,
  },
  'IdentitiesOnly with names of which one file exists': {
    config: ['IdentityFile DIR/missing', 'IdentityFile DIR/file', 'IdentitiesOnly yes', 'IdentityAgent AGENT'],
    ssh: true,
  },
  'a certificate beside the key': {
    config: ['IdentityFile DIR/certified', 'IdentitiesOnly yes', 'IdentityAgent none'],
    ssh: true,
    says: /^SSH_FEATURE_MISSING m: .*the certificate .*\/certified-cert\.pub, which tripod cannot use/,
    hint: /plain key/,
  },
  'a certificate that CertificateFile names': {
    config: ['IdentityFile DIR/bare', 'CertificateFile DIR/elsewhere.pub', 'IdentitiesOnly yes', 'IdentityAgent none'],
    ssh: true,
    says: /^SSH_FEATURE_MISSING m: .*the certificate .*\/elsewhere\.pub/,
  },
  'a certificate in the agent': {
    config: ['IdentityFile none', 'IdentityAgent OTHER'],
    ssh: true,
    says: /^SSH_FEATURE_MISSING m: .*the agent's certificate for the agent/,
  },
  'a key that is welcome without the certificate beside it': {
    config: ['IdentityFile DIR/file', 'IdentitiesOnly yes', 'IdentityAgent none'],
    ssh: true,
  },
}

describe.skipIf(!canRunSshd())('keys, agents and certificates are used as ssh uses them', () => {
  let sshd: Sshd
  let directory: string
  const agents: ChildProcess[] = []
  const path = (name: string): string => join(directory, name)

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tripod-identities-'))
    const authorized = [newKey(path('right')), newKey(path('file'))]
    for (const name of ['ca', 'bare', 'certified', 'held', 's1', 's2', 's3', 's4']) newKey(path(name))
    for (const name of ['bare', 'certified', 'held', 'file']) certify(name)
    copyFileSync(path('bare-cert.pub'), path('elsewhere.pub'))
    rmSync(path('bare-cert.pub'))
    execFileSync('ssh-keygen', ['-q', '-c', '-C', 'for the agent', '-N', '', '-f', path('held')], { stdio: 'ignore' })
    await agent('agent', ['s1', 's2', 's3', 's4', 'right'])
    await agent('other', ['held'])
    rmSync(path('right'))
    rmSync(path('held-cert.pub'))
    sshd = await startSshd({ authorized, config: ['MaxAuthTries 4', `TrustedUserCAKeys ${path('ca.pub')}`] })
    process.env['TRIPOD_TEST_SOCK'] = path('agent')
  })
  afterAll(() => {
    for (const one of agents) one.kill()
    sshd.stop()
    rmSync(directory, { recursive: true })
  })

  function certify(name: string): void {
    const options = ['-q', '-s', path('ca'), '-I', `${name} of the test`, '-n', 'root', path(`${name}.pub`)]
    execFileSync('ssh-keygen', options, { stdio: 'ignore' })
  }

  async function agent(name: string, keys: readonly string[]): Promise<void> {
    agents.push(spawn('ssh-agent', ['-D', '-a', path(name)], { stdio: 'ignore' }))
    for (let attempt = 0; attempt < 500 && !existsSync(path(name)); attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const env = { ...process.env, SSH_AUTH_SOCK: path(name) }
    execFileSync('ssh-add', ['-q', ...keys.map(path)], { env, stdio: 'ignore' })
  }

  function configuration({ config }: Case): string {
    const file = path('config')
    const lines = config.map((line) =>
      line.replace('DIR', directory).replace('AGENT', path('agent')).replace('OTHER', path('other')),
    )
    const own = [
      'HostName 127.0.0.1',
      `Port ${String(sshd.port)}`,
      'User root',
      `UserKnownHostsFile ${sshd.knownHosts}`,
    ]
    writeFileSync(file, `Host m\n${[...own, ...lines].map((line) => `  ${line}\n`).join('')}`)
    return file
  }

  const env = { ...process.env, SSH_AUTH_SOCK: '', TRIPOD_TEST_SOCK: '' }
  const ssh = (args: readonly string[]): { status: number | null; stdout: string } =>
    spawnSync('ssh', args, { encoding: 'utf8', env: { ...env, TRIPOD_TEST_SOCK: path('agent') } })

  async function said(file: string, { identityFile }: Case): Promise<TripodError | undefined> {
    const { knownHosts, ...plain } = sshd.settings({ host: 'm', port: 22, agent: true })
    delete (plain as { identityFile?: string }).identityFile
    const settings = { ...plain, knownHosts, ...(identityFile !== undefined && { identityFile: path(identityFile) }) }
    const sshConfig: SshConfigReader = (host) =>
      Promise.resolve(parseSshConfig(ssh(['-G', '-F', file, '--', host]).stdout, host))
    try {
      const host = await connect({ name: 'm', ssh: settings }, { credentials: { keys: new Keyring() }, sshConfig })
      expect((await host.run(sh`:`)).code).toBe(0)
      await host.close()
      return undefined
    } catch (error) {
      if (error instanceof TripodError) return error
      throw error
    }
  }

  it.each(Object.entries(CASES))('%s', async (_, one) => {
    const file = configuration(one)
    expect(ssh(['-F', file, '-o', 'BatchMode=yes', 'm', 'true']).status === 0).toBe(one.ssh)
    const error = await said(file, one)
    if (one.says === undefined) expect(error?.message).toBeUndefined()
    else expect(`${error?.code ?? ''} ${error?.message ?? ''}`).toMatch(one.says)
    if (one.hint) expect(error?.hint).toMatch(one.hint)
    // Never advice that a certificate was made to spare.
    if (error?.code === 'SSH_FEATURE_MISSING') expect(error.hint).not.toMatch(/ssh-copy-id|public key/)
  })
})
