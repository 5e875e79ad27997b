import { inspect } from 'node:util'

/** A value that never prints: string conversion, JSON and inspection all give `[secret]`. `reveal` is the one way in. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  /** The value itself, for a stdin or a signature; never for a message. */
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect.custom](): string {
    return '[secret]'
  }
}

/**
 * Names a value that a step may not read: `env:NAME`, `file:PATH` (operator's machine), `pki:FILE` (operator's copy of the
 * authorities), `node:NAME:PATH` (a file on a node), `minted:NAME` (made by the run), `key:URL#FINGERPRINTS` (a repository's
 * signing key, fetched on the operator's machine and accepted by one of these). The engine resolves it when the op runs.
 */
export type Reference = `${'env' | 'file' | 'pki' | 'minted' | 'key'}:${string}` | `node:${string}:${string}`

/** Shorter values would blank out ordinary words of a log. */
const MINIMUM_SECRET_LENGTH = 6

const PATTERNS: readonly RegExp[] = [
  // A bootstrap token, but no part of a longer name. The plan's placeholder has its shape and may stand.
  /(?<![\w-]|\w\.)(?!minted\.atapply000000000\b)[a-z0-9]{6}\.[a-z0-9]{16}(?![\w-]|\.\w)/g,
  /(?<=certificate-?key["':=\s]{1,4})[a-f0-9]{64}\b/gi,
  /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g,
  /(?<=(?:client-key-data|token|password|passphrase)["']?: *["']?)(?!minted\.atapply000000000\b)[^\s"']{6,}/gi,
]

/** Replaces every known secret (also base64, URL- and shell-quoted) and every secret-shaped text by `[secret]`. */
export class Redactor {
  readonly #forms = new Set<string>()

  /** From now on `secret` does not pass. */
  know(secret: Secret): void {
    const value = secret.reveal()
    if (value.length < MINIMUM_SECRET_LENGTH) return
    const shellQuoted = value.replaceAll("'", `'\\''`)
    const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '')
    for (const form of [value, base64, encodeURIComponent(value), shellQuoted, JSON.stringify(value).slice(1, -1)]) {
      this.#forms.add(form)
    }
  }

  redact(text: string): string {
    let clean = text
    for (const form of [...this.#forms].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(form, '[secret]')
    for (const pattern of PATTERNS) clean = clean.replace(pattern, '[secret]')
    return clean
  }
}
