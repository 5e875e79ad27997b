import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { TripodError } from '../errors.js'
import type { Secret } from '../secret.js'
import type { CaFile } from './authorities.js'
import { AUTHORITY_FILES, type AuthoritySet, PAIRS, pinOf } from './authority-files.js'

/** A set as it was found: any file may be missing. */
export type FoundFiles = Readonly<Partial<Record<CaFile, Secret>>>

/**
 * The set, if it is whole and every part fits: authorities that are valid now, each with its own key. Throws AUTHORITIES_INVALID
 * that names each file and what is wrong with it; never anything of a key.
 */
export function verifyAuthorities(files: FoundFiles, where: string, now = new Date()): AuthoritySet {
  const missing = AUTHORITY_FILES.filter((file) => files[file] === undefined)
  const wrong = [
    ...missing.map((file) => `${file} is missing`),
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

function wrongPair(files: FoundFiles, name: (typeof PAIRS)[number], now: Date): readonly string[] {
  const [certificate, key] = [files[`${name}.crt`], files[`${name}.key`]]
  const read = certificate && attempt(() => new X509Certificate(certificate.reveal()))
  const privateKey = key && attempt(() => createPrivateKey(key.reveal()))
  return [
    ...(certificate !== undefined && read === undefined ? [`${name}.crt is no certificate`] : []),
    ...(key !== undefined && privateKey === undefined ? [`${name}.key is no private key, or has a passphrase`] : []),
    ...(read === undefined ? [] : wrongCertificate(read, `${name}.crt`, now)),
    ...(read && privateKey && !read.checkPrivateKey(privateKey) ? [`${name}.key does not belong to ${name}.crt`] : []),
  ]
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
  const publicKey = pub && attempt(() => createPublicKey(pub.reveal()))
  const privateKey = key && attempt(() => createPrivateKey(key.reveal()))
  const own = privateKey && createPublicKey(privateKey)
  return [
    ...(pub !== undefined && publicKey === undefined ? ['sa.pub is no public key'] : []),
    ...(key !== undefined && privateKey === undefined ? ['sa.key is no private key, or has a passphrase'] : []),
    ...(own && publicKey && !own.equals(publicKey) ? ['sa.key does not belong to sa.pub'] : []),
  ]
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
