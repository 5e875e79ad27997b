import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/host/connect.js'
import type { Host, RemoteFile } from '../../src/host/host.js'
import { Keyring } from '../../src/host/signing/keyring.js'
import { sh } from '../../src/shell.js'
import { canRunSshd, startSshd, type Sshd } from './sshd.js'

const credentials = { keys: new Keyring() }

describe.skipIf(!canRunSshd())('a host over a real sshd', () => {
  let sshd: Sshd
  let host: Host
  const stats = { connections: 0, execs: 0 }
  beforeAll(async () => {
    sshd = await startSshd()
    host = await connect({ name: 'm1', ssh: sshd.settings() }, { credentials, stats })
  })
  afterAll(async () => {
    await host.close()
    sshd.stop()
  })
  const file = (name: string, changes: Partial<RemoteFile> = {}): RemoteFile => ({
    path: join(sshd.directory, name),
    content: Buffer.from('hello\n'),
    owner: 'root:root',
    mode: 0o640,
    pre: { state: 'absent' },
    ...changes,
  })

  it('runs two scripts with one connection and two execs', async () => {
    expect(await host.run(sh`id -u; echo "$LC_ALL"`)).toEqual({ code: 0, stdout: '0\nC\n', stderr: '' })
    expect(await host.run(sh`echo oops >&2; exit 7`)).toEqual({ code: 7, stdout: '', stderr: 'oops\n' })
    expect(stats).toEqual({ connections: 1, execs: 2 })
  })

  it('gives a script its input, and none to a script without', async () => {
    const input = Buffer.from('a\0b\xff\n', 'latin1')
    const { stdout } = await host.run(sh`sha256sum`, { input })
    expect(stdout).toContain(createHash('sha256').update(input).digest('hex'))
    expect((await host.run(sh`cat`)).stdout).toBe('')
  })

  it('sends a script too long for one argument by stdin, before its input', async () => {
    const long = sh`text=${'é'.repeat(120_000)}; printf %s "$text" | wc -c; cat`
    expect((await host.run(long, { input: 'tail' })).stdout).toBe('240000\ntail')
  })

  it('answers null, not success or failure, when a signal ends the command', async () => {
    expect((await host.run(sh`kill -9 $$`)).code).toBeNull()
  })

  it('writes several files in one exec, with owner, mode, missing directories and a backup of the first original', async () => {
    const before = stats.execs
    const backup = join(sshd.directory, 'keep/me')
    const outcomes = await host.write([
      file('new/sub/dir/a b'),
      file('second', { content: Buffer.alloc(300_000, 'x'), backup }),
    ])
    expect(outcomes.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['written', ''],
      ['written', ''],
    ])
    expect(stats.execs - before).toBe(1)
    expect(readFileSync(join(sshd.directory, 'new/sub/dir/a b'), 'utf8')).toBe('hello\n')
    expect(statSync(join(sshd.directory, 'new/sub/dir')).mode & 0o7777).toBe(0o755)
    expect(statSync(join(sshd.directory, 'second')).mode & 0o7777).toBe(0o640)
    for (const text of ['one', 'two']) {
      await host.write([file('second', { content: Buffer.from(text), pre: { state: 'any' }, backup })])
    }
    expect(readFileSync(join(sshd.directory, 'second'), 'utf8')).toBe('two')
    expect(readFileSync(backup).length).toBe(300_000)
  })

  it('refuses a file that is not as expected, and goes on with the next', async () => {
    writeFileSync(join(sshd.directory, 'present'), 'mine')
    symlinkSync('present', join(sshd.directory, 'link'))
    const sha256 = createHash('sha256').update('mine').digest('hex')
    const outcomes = await host.write([
      file('present'),
      file('present', { pre: { sha256: '0'.repeat(64) } }),
      file('missing', { pre: { sha256 } }),
      file('link', { pre: { state: 'any' } }),
      file('nobody', { owner: 'no-such-user:root' }),
      file('present', { pre: { sha256 } }),
    ])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stale', 'stale', 'stale', 'failed', 'failed', 'written'])
    expect(outcomes[1]?.detail).toContain(sha256)
    expect(outcomes[3]?.detail).toContain('symbolic link')
    expect(readFileSync(join(sshd.directory, 'present'), 'utf8')).toBe('hello\n')
    expect((await host.run(sh`ls -a ${sshd.directory}`)).stdout).not.toContain('.tripod')
  })

  it('takes a file away', async () => {
    writeFileSync(join(sshd.directory, 'old'), 'x')
    const [outcome] = await host.write([file('old', { content: null, pre: { state: 'any' } })])
    expect(outcome?.outcome).toBe('written')
    expect(() => statSync(join(sshd.directory, 'old'))).toThrow('ENOENT')
  })

  it('holds a script open until it is released', async () => {
    const held = await host.hold(sh`echo mine; cat > /dev/null; echo gone > ${sshd.directory}/released`)
    expect(held.greeting).toBe('mine')
    await held.release()
    await held.ended
    expect(readFileSync(join(sshd.directory, 'released'), 'utf8')).toBe('gone\n')
  })

  it('gives up a command at its deadline and drops the connection, and comes back on request', async () => {
    const slow = host.run(sh`sleep 30`, { timeoutSeconds: 1, title: 'a nap' })
    await expect(slow).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: expect.stringContaining('a nap') as string,
    })
    await expect(host.run(sh`:`)).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await host.reconnect()
    expect((await host.run(sh`:`)).code).toBe(0)
  })
})
