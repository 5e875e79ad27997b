import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { errnoOf, TripodError } from '../../errors.js'

/** One usable line of a known_hosts file (format: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly marker?: '@revoked' | '@cert-authority'
  /** The comma list as written. */
  readonly names: string
  readonly key: Buffer
}

/** What known_hosts says of a key that a host showed. `entry` is the line that decided. */
export type Verdict =
  | { readonly state: 'known' | 'changed' | 'revoked' | 'certificate'; readonly entry: KnownHost }
  | { readonly state: 'unknown' }

/** Name under which a host stands in known_hosts: bare on port 22, else `[host]:port`; an alias stands for itself. */
export function knownHostName(host: string, port: number, alias?: string): string {
  if (alias !== undefined) return alias.toLowerCase()
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** Type of a public key in wire format: `ssh-ed25519`. */
export function keyType(key: Buffer): string {
  return key.length < 4 ? '' : key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}

/** As `ssh-keygen -l` prints it: `SHA256:` and unpadded base64. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Lines that cannot be understood are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split('\n').flatMap((raw, index) => {
    const words = raw.trim().split(/[ \t]+/)
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined
    const [names, type, base64] = words
    if (names === undefined || type === undefined || base64 === undefined || names.startsWith('#')) return []
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return []
    const key = Buffer.from(base64, 'base64')
    if (keyType(key) !== type) return []
    return [{ file, line: index + 1, names, key, ...(marker && { marker }) }]
  })
}

/** Reads several files as one list. A missing file is empty; one that cannot be read fails closed. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const lists = await Promise.all(files.map(async (file) => parseKnownHosts(await readIfThere(file), file)))
  return lists.flat()
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw new TripodError(
      'HOST_KEY_UNKNOWN',
      `${file} cannot be read (${code || 'unknown error'}), so no host key can be checked`,
      `Make it readable: chmod u+r ${file}`,
      { cause: error },
    )
  }
}

/** Lines that speak of this name (`host`, `[host]:port` or an alias). */
export function entriesFor(name: string, entries: readonly KnownHost[]): readonly KnownHost[] {
  return entries.filter((entry) => matches(name, entry.names))
}

function matches(name: string, names: string): boolean {
  if (names.startsWith('|')) return matchesHash(name, names)
  const patterns = names.toLowerCase().split(',')
  const hit = (pattern: string): boolean => glob(pattern).test(name)
  if (patterns.some((pattern) => pattern.startsWith('!') && hit(pattern.slice(1)))) return false
  return patterns.some((pattern) => !pattern.startsWith('!') && hit(pattern))
}

/** `|1|salt|hmac`: HMAC-SHA1 of the name, so that the file does not tell where one has been. */
function matchesHash(name: string, names: string): boolean {
  const [, version, salt, hash] = names.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`)
}

/**
 * Judges the key a host showed. A match in any file counts; a host of which only other keys are known has changed, whatever
 * their type: the known types are asked for first, so a host that still had such a key would have shown it.
 */
export function judge(name: string, key: Buffer, entries: readonly KnownHost[]): Verdict {
  const ours = entriesFor(name, entries)
  const find = (marker: KnownHost['marker'], same?: Buffer): KnownHost | undefined =>
    ours.find((entry) => entry.marker === marker && (same === undefined || entry.key.equals(same)))
  const revoked = find('@revoked', key)
  if (revoked) return { state: 'revoked', entry: revoked }
  const known = find(undefined, key)
  if (known) return { state: 'known', entry: known }
  const sameType = ours.find((entry) => entry.marker === undefined && keyType(entry.key) === keyType(key))
  const other = sameType ?? find(undefined)
  if (other) return { state: 'changed', entry: other }
  const authority = find('@cert-authority')
  return authority ? { state: 'certificate', entry: authority } : { state: 'unknown' }
}

const ALGORITHMS: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Host key algorithms to ask for, those of the keys known for this name first: else a host known by its ECDSA key alone looks unknown. */
export function hostKeyAlgorithms(name: string, entries: readonly KnownHost[]): readonly string[] {
  const types = entriesFor(name, entries)
    .filter((entry) => entry.marker === undefined)
    .map((entry) => keyType(entry.key))
  const known = (algorithm: string): boolean => types.includes(algorithm.startsWith('rsa-sha2') ? 'ssh-rsa' : algorithm)
  return [...ALGORITHMS.filter(known), ...ALGORITHMS.filter((algorithm) => !known(algorithm))]
}
