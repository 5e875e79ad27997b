import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { CA_FILES, type CaFile } from '../../src/pki/authorities.js'
import { type AuthoritySet, isKey } from '../../src/pki/authority-files.js'
import { mintAuthorities } from '../../src/pki/mint.js'
import { verifyAuthorities } from '../../src/pki/verify.js'
import { Secret } from '../../src/secret.js'

let set: AuthoritySet
beforeAll(async () => {
  set = await mintAuthorities()
})

const text = (file: CaFile): string => set.files[file].reveal()

/** What is said of the set with some files replaced; the empty text if it is taken. No word of a key may be in it. */
function saidOf(replaced: Partial<Record<CaFile, string>>): string {
  const files = Object.fromEntries(CA_FILES.map((file) => [file, new Secret(replaced[file] ?? text(file))]))
  try {
    verifyAuthorities(files, 'own')
    return ''
  } catch (error) {
    const said = `${String(error)} ${JSON.stringify(error)}`
    for (const file of CA_FILES.filter(isKey))
      for (const line of text(file).split('\n').slice(1, -2)) expect(said).not.toContain(line)
    return said
  }
}

/** A self-signed certificate and its key, by openssl. */
async function selfSigned(...options: readonly string[]): Promise<Record<'crt' | 'key', string>> {
  const directory = await mkdtemp(join(tmpdir(), 'tripod-pki-'))
  const [crt, key] = [join(directory, 'crt'), join(directory, 'key')]
  const always = ['req', '-x509', '-nodes', '-subj', '/CN=own', '-days', '30', '-keyout', key, '-out', crt]
  execFileSync('openssl', [...always, ...options], { stdio: 'ignore' })
  const made = { crt: await readFile(crt, 'utf8'), key: await readFile(key, 'utf8') }
  await rm(directory, { recursive: true })
  return made
}

describe('a key where everybody on a master may read', () => {
  test('is refused in place of the public key', () => {
    expect(saidOf({ 'sa.pub': text('sa.key') })).toContain('sa.pub holds a private key')
  })

  test.each(['ca', 'etcd/ca', 'front-proxy-ca'] as const)('is refused beside the certificate of %s', (name) => {
    const bundle = text(`${name}.crt`) + text(`${name}.key`)
    expect(saidOf({ [`${name}.crt`]: bundle })).toContain(`${name}.crt holds a private key`)
  })

  test('is refused behind a passphrase too', () => {
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
    const locked = createPrivateKey(text('ca.key')).export(options).toString()
    expect(saidOf({ 'ca.crt': text('ca.crt') + locked })).toContain('ca.crt holds a private key')
  })
})

describe('what kubeadm would not read', () => {
  test('is refused: keys that are neither RSA nor EC, of an authority', async () => {
    const own = await selfSigned('-newkey', 'ed25519')
    expect(saidOf({ 'ca.crt': own.crt, 'ca.key': own.key })).toMatch(/ca\.key is of type ed25519.*RSA or EC/)
  })

  test('is refused: keys that are neither RSA nor EC, of the service accounts', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const said = saidOf({
      'sa.key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'sa.pub': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    })
    expect(said).toMatch(/sa\.key is of type ed25519.*RSA or EC/)
  })

  test('is refused: a certificate under another label', () => {
    const relabelled = text('ca.crt').replaceAll('CERTIFICATE', 'X509 CERTIFICATE')
    expect(saidOf({ 'ca.crt': relabelled })).toContain('ca.crt is no certificate')
  })

  test('is refused: a public key in the older form of RSA', () => {
    const older = createPublicKey(text('sa.pub')).export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(saidOf({ 'sa.pub': older })).toContain('sa.pub is no public key')
  })
})

describe('a certificate', () => {
  test('that is no authority is named', async () => {
    const own = await selfSigned('-newkey', 'rsa:2048', '-addext', 'basicConstraints=critical,CA:FALSE')
    expect(saidOf({ 'etcd/ca.crt': own.crt, 'etcd/ca.key': own.key })).toContain(
      'etcd/ca.crt is no certificate authority',
    )
  })

  test('that may not sign certificates is no authority', async () => {
    const own = await selfSigned('-newkey', 'rsa:2048', '-addext', 'keyUsage=critical,digitalSignature')
    expect(saidOf({ 'ca.crt': own.crt, 'ca.key': own.key })).toContain('ca.crt is no certificate authority')
  })

  test('with text before it, as openssl prints it, is taken', () => {
    expect(saidOf({ 'ca.crt': `Certificate:\n    Data:\n${text('ca.crt')}` })).toBe('')
  })

  test('with a key in any form that kubeadm reads is taken', async () => {
    const curve = await selfSigned('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1')
    const older = createPrivateKey(curve.key).export({ type: 'sec1', format: 'pem' }).toString()
    expect(saidOf({ 'ca.crt': curve.crt, 'ca.key': older })).toBe('')
    const rsa = createPrivateKey(text('ca.key'))
    for (const type of ['pkcs1', 'pkcs8'] as const)
      expect(saidOf({ 'ca.key': rsa.export({ type, format: 'pem' }).toString() })).toBe('')
  })
})
