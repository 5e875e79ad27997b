import { PATTERNS } from '../schema/patterns.js'

/** Names of settings whose value is a secret: containerd's registry credentials, headers of hosts.toml, passwords of other tools' inventories. */
const NAMES =
  '(?:auth|authorization|proxy-authorization|[\\w-]*(?:passwd|password|passphrase)|(?:[\\w-]*[-_]|ssh|sudo|become)?pass|token|bearer[-_]?token|identity[-_]?token|secret|client[-_]?secret|secret[-_]?key|api[-_]?key|access[-_]?token|private[-_]?key)'

const NAME = new RegExp(`^${NAMES}$`, 'i')
const CREDENTIALS_IN_URL = /(:\/\/)[^\s/@"']*:[^\s/@"']*(?=@)/g
const IN_VALUE = /:\/\/[^\s/@"']*:[^\s/@"']+@|^\s*(?:bearer|basic)\s+\S|-----BEGIN [A-Z ]*PRIVATE KEY-----/i
const ASSIGNED = new RegExp(`((?:^|[\\s{,"'.])${NAMES}["']?\\s*:\\s*)(?![\\s{]|$).+`, 'i')

/** Whether the name says that its value is a secret. */
export function namesSecret(name: string): boolean {
  return NAME.test(name)
}

/** Whether a text is a secret whatever it is called: a URL with a password, an Authorization header, a private key. */
export function looksSecret(text: string): boolean {
  return IN_VALUE.test(text)
}

/** `env:NAME` or `file:PATH`: says where a secret comes from, and is none. */
export function isSecretSource(text: string): boolean {
  return PATTERNS.secretSource.regex.test(text)
}

/** A text without the user and password of URLs in it. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS_IN_URL, '$1[secret]')
}

/** A line of an inventory as it may be shown: values of secret settings and passwords in URLs are hidden. */
export function withoutSecrets(line: string): string {
  return withoutCredentials(line).replace(ASSIGNED, '$1[secret]')
}
