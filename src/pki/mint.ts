import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { Secret } from '../secret.js'
import type { CaFile } from './authorities.js'
import { type AuthoritySet, PAIRS } from './authority-files.js'
import { verifyAuthorities } from './verify.js'

/** Common names as kubeadm gives them. Source: kubeadm, cmd/phases/certs. */
const NAMES: Readonly<Record<(typeof PAIRS)[number], string>> = {
  ca: 'kubernetes',
  'etcd/ca': 'etcd-ca',
  'front-proxy-ca': 'front-proxy-ca',
}

/** Kind of a subjectAltName (RFC 5280). kubeadm's own authorities bear their name as one. */
const DNS_NAME = 2

const YEARS = 10
/** Clocks differ a little: certificates are good from before they were made. */
const BACKDATED_MS = 5 * 60_000

const makeKeys = promisify(generateKeyPair)

/** PKCS#8, the form that a store with a passphrase gives back byte by byte: plans compare keys by hash. */
async function keys(): Promise<{ readonly private: string; readonly public: string }> {
  const { privateKey, publicKey } = await makeKeys('rsa', { modulusLength: 2048 })
  return {
    private: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

/** A CA set for a new cluster: RSA 2048, ten years. Read back and verified before anybody gets it. */
export async function mintAuthorities(now = new Date()): Promise<AuthoritySet> {
  const [serviceAccount, ...pairs] = await Promise.all([keys(), ...PAIRS.map(keys)])
  const made = await Promise.all(
    PAIRS.map(async (name, index): Promise<readonly (readonly [CaFile, Secret])[]> => {
      const pair = pairs[index]
      if (pair === undefined) return []
      const certificate = await selfSigned(NAMES[name], pair.private, now)
      return [
        [`${name}.crt`, new Secret(certificate)],
        [`${name}.key`, new Secret(pair.private)],
      ]
    }),
  )
  const files = {
    ...Object.fromEntries(made.flat()),
    'sa.pub': new Secret(serviceAccount.public),
    'sa.key': new Secret(serviceAccount.private),
  }
  return verifyAuthorities(files, 'the set just made', now)
}

/** node:crypto makes keys and reads certificates; to build one takes forge. */
async function selfSigned(name: string, privateKey: string, now: Date): Promise<string> {
  const { default: forge } = await import('node-forge')
  const certificate = forge.pki.createCertificate()
  const key = forge.pki.privateKeyFromPem(privateKey)
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e)
  // Positive, and never zero.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(now.getTime() - BACKDATED_MS)
  certificate.validity.notAfter = new Date(now)
  certificate.validity.notAfter.setFullYear(now.getFullYear() + YEARS)
  const subject = [{ name: 'commonName', value: name }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'subjectAltName', altNames: [{ type: DNS_NAME, value: name }] },
  ])
  certificate.sign(key, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n')
}
