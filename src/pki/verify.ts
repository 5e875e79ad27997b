import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { TripodError } from '../errors.js'
import type { Secret } from '../secret.js'
import { CA_FILES, type CaFile } from './authorities.js'
import { type AuthoritySet, isKey, PAIRS, pinOf } from './authority-files.js'
import { certificateIn, holdsPrivateKey, KEY_TYPES, privateKeyIn, publicKeyIn } from './pem.js'

/** A set as it was found: any file may be missing. */
export type FoundFiles = Readonly<Partial<Record<CaFile, Secret>>>

/**
 * The set, if it is whole and every part fits: authorities that are valid now, each with its own key. Throws AUTHORITIES_INVALID
 * that names each file and what is wrong with it; never anything of a key.
 */
export function verifyAuthorities(files: FoundFiles, where: string, now = new Date()): AuthoritySet {
  const missing = CA_FILES.filter((file) => files[file] === undefined)
  const wrong = [
    ...missing.map((file) => `${file} is missing`),
    ...keysInPublic(files),
    ...PAIRS.flatMap((name) => wrongPair(files, name, now)),
    ...wrongServiceAccount(files),
  ]
  if (wrong.length > 0) {
    throw new TripodError(
      'AUTHORITIES_INVALID',
      `${where} cannot be used as the authorities of a cluster:\n${wrong.map((line) => `  ${line}`).join('\n')}`,
      'Put a whole set there, by the names that kubeadm uses (kubernetes.io, "PKI certificates and requirements").',
    )
  }
  const whole = files as Readonly<Record<CaFile, Secret>>
  return { files: whole, caHash: pinOf(whole['ca.crt'].reveal()) }
}

/** What is no key file goes to masters for everybody there to read, and no redactor knows it. */
function keysInPublic(files: FoundFiles): readonly string[] {
  return CA_FILES.filter((file) => !isKey(file) && files[file] !== undefined && holdsPrivateKey(files[file])).map(
    (file) => `${file} holds a private key, and everybody on a master may read that file`,
  )
}

function wrongPair(files: FoundFiles, name: (typeof PAIRS)[number], now: Date): readonly string[] {
  const [certificate, key] = [files[`${name}.crt`], files[`${name}.key`]]
  const read = certificate && certificateIn(certificate)
  const privateKey = key && privateKeyIn(key)
  return [
    ...(certificate !== undefined && read === undefined ? [`${name}.crt is no certificate`] : []),
    ...(key === undefined ? [] : wrongKey(privateKey, `${name}.key`)),
    ...(read === undefined ? [] : wrongCertificate(read, `${name}.crt`, now)),
    ...(read && privateKey && !read.checkPrivateKey(privateKey) ? [`${name}.key does not belong to ${name}.crt`] : []),
  ]
}

function wrongKey(key: KeyObject | undefined, file: CaFile): readonly string[] {
  if (key === undefined) return [`${file} is no private key, or has a passphrase`]
  const { asymmetricKeyType = 'unknown' } = key
  return KEY_TYPES.includes(asymmetricKeyType)
    ? []
    : [`${file} is of type ${asymmetricKeyType}: kubeadm takes RSA or EC`]
}

function wrongCertificate(certificate: X509Certificate, file: string, now: Date): readonly string[] {
  const { ca, validFrom, validTo, publicKey } = certificate
  const isOwn = certificate.subject !== certificate.issuer || certificate.verify(publicKey)
  return [
    ...(ca ? [] : [`${file} is no certificate authority`]),
    ...(new Date(validTo) <= now ? [`${file} was valid until ${validTo}`] : []),
    ...(new Date(validFrom) > now ? [`${file} is not valid before ${validFrom}`] : []),
    ...(isOwn ? [] : [`${file} is not signed by its own key`]),
  ]
}

function wrongServiceAccount({ 'sa.pub': pub, 'sa.key': key }: FoundFiles): readonly string[] {
  const publicKey = pub && publicKeyIn(pub)
  const privateKey = key && privateKeyIn(key)
  const own = privateKey && createPublicKey(privateKey)
  return [
    ...(pub !== undefined && publicKey === undefined ? ['sa.pub is no public key (PEM, BEGIN PUBLIC KEY)'] : []),
    ...(key === undefined ? [] : wrongKey(privateKey, 'sa.key')),
    ...(own && publicKey && !own.equals(publicKey) ? ['sa.key does not belong to sa.pub'] : []),
  ]
}
