import type { NextStep } from '../next-step.js'
import type { Reference } from '../secret.js'

/** When a key file is of no more use: seconds since the epoch, when the last of its keys has ended. */
export type KeyEnd = number | 'never'

/** A signing key that tripod put on a node. */
export interface SigningKeyFacts {
  readonly path: string
  /** The file as it is on the node, base64. */
  readonly base64: string
  /** Left out where it could not be told. */
  readonly ends?: KeyEnd
  /** Why it could not be told. */
  readonly unread?: string
}

/** What the source of a key that ends soon has now. */
export interface KeyRenewal {
  readonly node: string
  readonly path: string
  readonly reference: Reference
  /** A file that lasts longer than the node's, by the sha256 of its text. Left out: there is none, or it cannot be told. */
  readonly longer?: { readonly sha256: string; readonly ends: KeyEnd }
  /** Why it cannot be told. */
  readonly untold?: { readonly message: string; readonly fix: NextStep }
}

/** As long before its end a key is named, and a longer-lived one looked for. host/signing/signing-key.ts keeps files until then. */
const SECONDS_BEFORE_END = 60 * 86_400

export function endsSoon(end: KeyEnd | undefined, nowSeconds: number): end is number {
  return typeof end === 'number' && end - nowSeconds <= SECONDS_BEFORE_END
}

export function outlasts(one: KeyEnd, other: KeyEnd): boolean {
  return other !== 'never' && (one === 'never' || one > other)
}

/** `2026-12-29`, UTC. */
export function dayOf(end: KeyEnd): string {
  return end === 'never' ? 'never' : new Date(end * 1000).toISOString().slice(0, 10)
}
