import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Secret } from '../secret.js'

/*
 * Readers no wider than those of Kubernetes, for node:crypto would take more than it does: undefined is what a cluster could not
 * read. Source: k8s.io/client-go/util/keyutil and util/cert.
 */

/** Kinds of keys that kubeadm takes, by node:crypto's names. */
export const KEY_TYPES: readonly string[] = ['rsa', 'ec']

export const certificateIn = (text: Secret): X509Certificate | undefined =>
  has(text, 'CERTIFICATE') ? attempt(() => new X509Certificate(text.reveal())) : undefined

export const publicKeyIn = (text: Secret): KeyObject | undefined =>
  has(text, 'PUBLIC KEY') ? attempt(() => createPublicKey(text.reveal())) : undefined

/** Undefined for one that has a passphrase, too. */
export const privateKeyIn = (text: Secret): KeyObject | undefined => attempt(() => createPrivateKey(text.reveal()))

/** Whether there is one among it, of any form, behind a passphrase or not. */
export const holdsPrivateKey = (text: Secret): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text.reveal())

const has = (text: Secret, label: string): boolean => text.reveal().includes(`-----BEGIN ${label}-----`)

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
