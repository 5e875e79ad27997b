import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { TripodError } from '../../src/errors.js'
import { CA_FILES, type CaFile } from '../../src/pki/authorities.js'
import { type AuthoritySet, isKey, PAIRS } from '../../src/pki/authority-files.js'
import { mintAuthorities } from '../../src/pki/mint.js'
import { readGiven, SetStore } from '../../src/pki/store.js'
import { verifyAuthorities } from '../../src/pki/verify.js'
import { said } from '../said.js'
import { Secret } from '../../src/secret.js'

let set: AuthoritySet
beforeAll(async () => {
  set = await mintAuthorities()
})

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tripod-pki-'))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

const openssl = (...args: readonly string[]): string => execFileSync('openssl', args, { encoding: 'utf8' })

/** By kubeadm's names, as somebody's own set would lie there. */
async function lay(files: AuthoritySet['files']): Promise<string> {
  for (const name of CA_FILES) {
    await mkdir(dirname(join(directory, 'own', name)), { recursive: true })
    await writeFile(join(directory, 'own', name), files[name].reveal())
  }
  return join(directory, 'own')
}

async function refusal(work: Promise<unknown>): Promise<TripodError> {
  const error: unknown = await work.catch((reason: unknown) => reason)
  if (error instanceof TripodError) return error
  throw new Error('it was not refused')
}

/** As kubeadm names them, in the subject and as a DNS name. */
const NAMES = { ca: 'kubernetes', 'etcd/ca': 'etcd-ca', 'front-proxy-ca': 'front-proxy-ca' } as const

/** Some of each key as it stands in its file: no message may have it. */
const canaries = () => CA_FILES.filter(isKey).map((file) => set.files[file].reveal().split('\n')[3] ?? '')

describe('a set that is made', () => {
  test('is of authorities that openssl takes, each signed by its own key, for ten years', async () => {
    const own = await lay(set.files)
    for (const name of PAIRS) {
      const file = join(own, `${name}.crt`)
      expect(openssl('verify', '-CAfile', file, file)).toContain('OK')
      const text = openssl('x509', '-in', file, '-noout', '-text')
      expect(text).toContain('Signature Algorithm: sha256WithRSAEncryption')
      expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE/)
      expect(text).toContain('Subject Key Identifier')
      expect(text).toMatch(new RegExp(`DNS:${NAMES[name]}\\s`))
      expect(text).toMatch(/Key Usage: critical\s+Digital Signature, Key Encipherment, Certificate Sign/)
      const { validFrom, validTo } = new X509Certificate(await readFile(file))
      expect(new Date(validFrom).getTime()).toBeLessThan(Date.now() - 4 * 60_000)
      expect(new Date(validTo).getUTCFullYear() - new Date().getUTCFullYear()).toBe(10)
      expect(openssl('pkey', '-in', join(own, `${name}.key`), '-noout', '-check')).toContain('valid')
    }
    const names = PAIRS.map((name) => new X509Certificate(set.files[`${name}.crt`].reveal()).subject)
    expect(names).toEqual(PAIRS.map((name) => `CN=${NAMES[name]}`))
    expect(
      createPublicKey(createPrivateKey(set.files['sa.key'].reveal())).equals(
        createPublicKey(set.files['sa.pub'].reveal()),
      ),
    ).toBe(true)
  })

  test('is pinned by the hash that openssl makes of its public key', async () => {
    const own = await lay(set.files)
    const pipeline = `openssl x509 -pubkey -noout -in ${own}/ca.crt | openssl pkey -pubin -outform der | sha256sum`
    expect(set.caHash).toBe(`sha256:${execFileSync('sh', ['-c', pipeline], { encoding: 'utf8' }).slice(0, 64)}`)
  })

  test('is another one each time', async () => {
    expect((await mintAuthorities()).caHash).not.toBe(set.caHash)
  })
})

describe("a set of somebody's own", () => {
  test('is taken, of elliptic curves too', async () => {
    const own = await lay(set.files)
    expect((await readGiven(own)).caHash).toBe(set.caHash)
    for (const name of PAIRS) {
      openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', join(own, `${name}.key`))
      openssl(
        ...['req', '-x509', '-new', '-key', join(own, `${name}.key`), '-subj', `/CN=${name.replace('/', '-')}`],
        ...['-days', '30', '-out', join(own, `${name}.crt`), '-addext', 'keyUsage=critical,keyCertSign'],
      )
    }
    expect((await readGiven(own)).caHash).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  const DEFECTS: readonly (readonly [
    what: string,
    damage: Partial<Record<CaFile, string | undefined>>,
    says: RegExp,
  ])[] = [
    ['a file that is missing', { 'etcd/ca.key': undefined }, /etcd\/ca\.key is missing/],
    ['a certificate that is none', { 'ca.crt': 'x' }, /ca\.crt is no certificate/],
    ['a key that is none', { 'ca.key': 'x' }, /ca\.key is no private key/],
    ['a public key that is none', { 'sa.pub': 'x' }, /sa\.pub is no public key/],
  ]
  test.each(DEFECTS)('%s is named', (_, damage, says) => {
    const files = Object.fromEntries(
      CA_FILES.flatMap((file) => {
        const text = file in damage ? damage[file] : set.files[file].reveal()
        return text === undefined ? [] : [[file, new Secret(text)]]
      }),
    )
    expect(() => verifyAuthorities(files, 'own')).toThrow(says)
  })

  test('keys of others, and times that are over or to come, are named, and no key is quoted', () => {
    const swapped = { ...set.files, 'ca.key': set.files['etcd/ca.key'], 'sa.key': set.files['ca.key'] }
    const later = new Date(Date.now() + 11 * 365 * 86_400_000)
    const message = (work: () => unknown): string => {
      try {
        work()
        return ''
      } catch (error) {
        return String(error)
      }
    }
    const said = [
      message(() => verifyAuthorities(swapped, 'own')),
      message(() => verifyAuthorities(set.files, 'own', later)),
      message(() => verifyAuthorities(set.files, 'own', new Date(0))),
    ]
    expect(said[0]).toMatch(/ca\.key does not belong to ca\.crt[^]*sa\.key does not belong to sa\.pub/)
    expect(said[1]).toContain('ca.crt was valid until')
    expect(said[2]).toContain('ca.crt is not valid before')
    for (const canary of canaries()) expect(said.join()).not.toContain(canary)
  })

  test('a directory that is not there is no empty set', async () => {
    expect((await refusal(readGiven(join(directory, 'none')))).message).toContain('there is no such directory')
  })
})

describe("the operator's copy", () => {
  const place = () => join(directory, 'clusters/lab/pki')

  test('is there after it was written, for its owner alone, and knows whether a cluster was begun with it', async () => {
    const store = new SetStore(place())
    expect(await store.read()).toBeUndefined()
    await store.write(set)
    expect(await store.read()).toMatchObject({ set: { caHash: set.caHash }, stamped: false })
    await store.stamp()
    expect((await store.read())?.stamped).toBe(true)
    for (const name of ['.', 'etcd', ...CA_FILES]) {
      const { mode } = await stat(join(place(), name))
      expect([name, mode & 0o077]).toEqual([name, 0])
    }
  })

  test('is refused where others may read it', async () => {
    const store = new SetStore(place())
    await store.write(set)
    await chmod(join(place(), 'ca.key'), 0o640)
    const refused = await refusal(store.read())
    expect([refused.message, refused.hint]).toEqual([
      expect.stringContaining('ca.key cannot be used: others may read it'),
      expect.stringContaining('chmod'),
    ])
  })

  test('has its keys behind a passphrase that is asked for by name, and told apart when wrong', async () => {
    const canary = 'night-shift-passphrase'
    await new SetStore(place(), new Secret(canary)).write(set)
    expect(await readFile(join(place(), 'ca.key'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    expect((await new SetStore(place(), new Secret(canary)).read())?.set.caHash).toBe(set.caHash)
    const missing = await refusal(new SetStore(place()).read())
    expect([missing.message, missing.hint]).toEqual([
      expect.stringContaining('passphrase is needed'),
      'Set TRIPOD_PKI_PASSPHRASE.',
    ])
    const wrong = await refusal(new SetStore(place(), new Secret('another-one')).read())
    expect(wrong.message).toContain('the passphrase is not right')
    expect(`${wrong.message} ${said(wrong.hint) ?? ''}`).not.toMatch(/night-shift|another-one/)
  })

  test('that lacks a file is an error, never nothing', async () => {
    const store = new SetStore(place())
    await store.write(set)
    await rm(join(place(), 'sa.key'))
    expect((await refusal(store.read())).message).toContain('sa.key is missing')
  })

  test('goes out of the way whole', async () => {
    const store = new SetStore(place())
    await store.write(set)
    const aside = await store.setAside(new Date('2026-11-21T07:00:00Z'))
    expect(await store.read()).toBeUndefined()
    expect((await readdir(aside)).sort()).toEqual([
      'ca.crt',
      'ca.key',
      'etcd',
      'front-proxy-ca.crt',
      'front-proxy-ca.key',
      'sa.key',
      'sa.pub',
    ])
  })
})
