import { createHash, X509Certificate } from 'node:crypto'
import type { Secret } from '../secret.js'
import type { CaFile } from './authorities.js'

/** Certificates with the key that belongs to each. */
export const PAIRS = ['ca', 'etcd/ca', 'front-proxy-ca'] as const

export const isKey = (file: CaFile): boolean => file.endsWith('.key')

/** A whole CA set, PEM texts. */
export interface AuthoritySet {
  readonly files: Readonly<Record<CaFile, Secret>>
  /** `sha256:` and the hash of the cluster CA's public key in hex, as kubeadm pins it. */
  readonly caHash: string
}

/** kubeadm's pin of a certificate: SHA-256 of its SubjectPublicKeyInfo. */
export function pinOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}
