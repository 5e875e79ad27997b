import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rememberHostKey, replaceHostKey } from '../../../src/host/trust/known-hosts-file.js'
import {
  entriesFor,
  fingerprint,
  hostKeyAlgorithms,
  judge,
  knownHostName,
  parseKnownHosts,
  readKnownHosts,
} from '../../../src/host/trust/known-hosts.js'
import { newKey } from '../sshd.js'

let directory: string
let ed: string
let other: string
let ecdsa: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tripod-known-'))
  ed = short(newKey(join(directory, 'ed')))
  other = short(newKey(join(directory, 'other')))
  ecdsa = short(newKey(join(directory, 'ecdsa'), { type: 'ecdsa' }))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})
const short = (line: string): string => line.split(' ').slice(0, 2).join(' ')
const blob = (line: string): Buffer => Buffer.from(line.split(' ')[1] ?? '', 'base64')
const verdict = (text: string, key: string, name = 'm1'): string =>
  judge(name, blob(key), parseKnownHosts(text, 'kh')).state

describe('finding a host', () => {
  it('agrees with ssh-keygen -F on every form a name can have, hashed or not', () => {
    const names = [
      'm1',
      'M2',
      '10.0.0.1',
      '[10.0.0.1]:2222',
      '[m1]:22',
      '2001:db8::1',
      '[2001:db8::1]:2222',
      'web7',
      'db.lab',
      'x',
      'a,b',
      '1m',
    ]
    const text = [
      `m1,10.0.0.1 ${ed}`,
      `[10.0.0.1]:2222 ${ed}`,
      `# m1 ${ed}`,
      `  2001:db8::1,M2 ${ed} a comment`,
      `[2001:db8::1]:* ${ed}`,
      `web?,!web8 ${ed}`,
      `*.lab,!secret.lab ${ed}`,
      `broken ssh-ed25519 not/a+key`,
      'only two',
      `@unknown-marker m1 ${ed}`,
      '',
    ].join('\n')
    const file = join(directory, 'forms')
    writeFileSync(file, text)
    const hashed = join(directory, 'hashed')
    writeFileSync(hashed, names.map((name) => `${name.toLowerCase()} ${ed}\n`).join(''))
    spawnSync('ssh-keygen', ['-H', '-f', hashed])
    expect(readFileSync(hashed, 'utf8')).toContain('|1|')
    for (const path of [file, hashed]) {
      const entries = parseKnownHosts(readFileSync(path, 'utf8'), path)
      for (const name of [...names, 'web8', 'secret.lab', 'nobody', 'm', 'm11', 'lab', '10.0.0.11', '[10.0.0.1]:22']) {
        const { stdout } = spawnSync('ssh-keygen', ['-F', name.toLowerCase(), '-f', path], { encoding: 'utf8' })
        const theirs = [...stdout.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line))
        const ours = entriesFor(name.toLowerCase(), entries).map((entry) => entry.line)
        expect([path, name, ours]).toEqual([path, name, theirs])
      }
    }
  })

  it('names a host as OpenSSH does', () => {
    expect(knownHostName('M1', 22)).toBe('m1')
    expect(knownHostName('fe80::1', 2222)).toBe('[fe80::1]:2222')
    expect(knownHostName('10.0.0.1', 2222, 'Alias')).toBe('alias')
  })

  it('prints the fingerprint that ssh-keygen prints', () => {
    const said = execFileSync('ssh-keygen', ['-lf', join(directory, 'ed.pub')], { encoding: 'utf8' })
    expect(said).toContain(fingerprint(blob(ed)))
  })
})

describe('judging a key', () => {
  it('knows, does not know, has changed', () => {
    expect(verdict(`m1 ${ed}`, ed)).toBe('known')
    expect(verdict(`m2 ${ed}`, ed)).toBe('unknown')
    expect(verdict(`m1 ${other}`, ed)).toBe('changed')
  })

  it('takes a match in any line over a contradiction in another', () => {
    expect(verdict(`m1 ${other}\nm1 ${ed}`, ed)).toBe('known')
  })

  it('calls a host changed that shows another type of key than the known one', () => {
    expect(verdict(`m1 ${ecdsa}`, ed)).toBe('changed')
  })

  it('lets @revoked win over a match', () => {
    expect(verdict(`m1 ${ed}\n@revoked * ${ed}`, ed)).toBe('revoked')
    expect(verdict(`m1 ${ed}\n@revoked * ${other}`, ed)).toBe('known')
  })

  it('names @cert-authority only when nothing else speaks of the host', () => {
    expect(verdict(`@cert-authority m1 ${other}`, ed)).toBe('certificate')
    expect(verdict(`@cert-authority m1 ${other}\nm1 ${ed}`, ed)).toBe('known')
    expect(verdict(`@cert-authority m1 ${ed}`, ed)).toBe('certificate')
  })

  it('says in which line of which file', () => {
    const result = judge('m1', blob(ed), parseKnownHosts(`# top\nm1 ${ecdsa}\nm1 ${other}`, '/kh'))
    expect(result).toMatchObject({ state: 'changed', entry: { file: '/kh', line: 3 } })
  })

  it('asks for the types it knows first', () => {
    const rsa = short(newKey(join(directory, 'rsa'), { type: 'rsa' }))
    expect(hostKeyAlgorithms('m1', parseKnownHosts(`m1 ${ecdsa}`, 'kh'))[0]).toBe('ecdsa-sha2-nistp256')
    expect(hostKeyAlgorithms('m1', parseKnownHosts(`m1 ${rsa}`, 'kh')).slice(0, 2)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
    ])
    expect(hostKeyAlgorithms('m1', [])[0]).toBe('ssh-ed25519')
  })
})

describe('known_hosts files', () => {
  it('are empty when missing and fail closed when unreadable', async () => {
    expect(await readKnownHosts([join(directory, 'none')])).toEqual([])
    await expect(readKnownHosts([directory])).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  })

  it.skipIf(userInfo().uid === 0)('fail closed when permissions forbid reading', async () => {
    const file = join(directory, 'locked')
    writeFileSync(file, '')
    chmodSync(file, 0)
    await expect(readKnownHosts([file])).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  })

  it('take keys of many nodes at once, each once, and keep what was there', async () => {
    const file = join(directory, 'new/known_hosts')
    await rememberHostKey(file, 'm0', blob(ed))
    writeFileSync(file, readFileSync(file, 'utf8').trimEnd())
    const names = Array.from({ length: 20 }, (_, index) => `m${String(index)}`)
    await Promise.all([...names, ...names].map((name) => rememberHostKey(file, name, blob(ed))))
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').sort()).toEqual(names.map((name) => `${name} ${ed}`).sort())
  })

  it('have a changed key replaced, hashed lines too, and refuse where a line serves other hosts', async () => {
    const file = join(directory, 'replace')
    writeFileSync(file, `m1 ${other}\nm2 ${other}\n`)
    spawnSync('ssh-keygen', ['-H', '-f', file])
    await replaceHostKey(file, 'm1', blob(ed))
    const entries = parseKnownHosts(readFileSync(file, 'utf8'), file)
    expect(entriesFor('m1', entries).map((entry) => fingerprint(entry.key))).toEqual([fingerprint(blob(ed))])
    expect(entriesFor('m2', entries)).toHaveLength(1)
    writeFileSync(file, `m1,m2 ${other}\n`)
    await expect(replaceHostKey(file, 'm1', blob(ed))).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
    expect(readFileSync(file, 'utf8')).toBe(`m1,m2 ${other}\n`)
  })
})
