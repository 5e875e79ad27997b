import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { messageOf, TripodError } from '../../errors.js'
import { download } from '../download.js'
import { armored, type PublicKey, readPublicKeys } from './gpg.js'

/** facts/key-life.ts looks for a longer-lived key as early: what is kept until then is not what it looks for. */
const DAYS_BEFORE_EXPIRY = 60

/** A repository's key: where it is, and which fingerprints are accepted. */
export interface SigningKeySource {
  /** http(s) address, or absolute path on the operator's machine. */
  readonly key: string
  /** 40 hex digits, upper case. */
  readonly fingerprints: readonly string[]
  /** PEM file of the authority of a mirror. */
  readonly ca?: string
}

/** Throws unless the keys are all among the accepted ones and at least one still holds. */
function accept(keys: readonly PublicKey[], { key, fingerprints }: SigningKeySource, now: Date): void {
  const reject = (what: string): never => {
    const hint = `Accepted: ${fingerprints.join(', ') || 'none'}. If the key was changed on purpose, name its fingerprint under sources in the inventory.`
    throw new TripodError('SOURCE_REJECTED', `the signing key ${key} ${what}`, hint)
  }
  if (keys.length === 0) reject('holds no public key')
  const foreign = keys.find((one) => !fingerprints.includes(one.fingerprint))
  if (foreign !== undefined) reject(`has the fingerprint ${foreign.fingerprint}, which is not accepted`)
  const [revoked] = keys.filter((one) => one.revoked)
  if (revoked !== undefined) reject(`is revoked (${revoked.fingerprint})`)
  const end = endOf(keys)
  if (end !== 'never' && end <= now) throw expired(key, end)
}

/** The fingerprint is right: it is the file that is out of date. */
function expired(key: string, end: Date): TripodError {
  return new TripodError(
    'SOURCE_REJECTED',
    `the signing key ${key} expired on ${end.toISOString().slice(0, 10)}, and its source has no newer file`,
    `No package can be installed from its repository until the owner extends the key. Run the same command again then, or set \`key\` under sources in the inventory to a file of the same key that lasts longer${key.startsWith('https://pkgs.k8s.io/') ? ', such as that of a newer minor (sources.kubernetes.key)' : ''}.`,
  )
}

/** A file is of use until the last of its keys ends. */
function endOf(keys: readonly PublicKey[]): Date | 'never' {
  const ends = keys.map(({ expires }) => expires)
  const times = ends.flatMap((end) => (end === undefined ? [] : [end.getTime()]))
  return times.length < ends.length ? 'never' : new Date(Math.max(...times))
}

/** When the last key of a key file ends, in seconds since the epoch. Throws where it holds none, or gpg is not here. */
export async function keyEnd(bytes: Buffer): Promise<number | 'never'> {
  const keys = await readKeys(bytes)
  if (keys.length === 0) throw new TripodError('SOURCE_REJECTED', 'it holds no public key', 'Look at the file.')
  const end = endOf(keys)
  return end === 'never' ? end : end.getTime() / 1000
}

/** A key that ends soon may have been issued again with a longer life, as pkgs.k8s.io does. */
function endsSoon(keys: readonly PublicKey[], now: Date): boolean {
  const end = endOf(keys)
  return end !== 'never' && end.getTime() <= now.getTime() + DAYS_BEFORE_EXPIRY * 86_400_000
}

async function fetched(source: SigningKeySource): Promise<Buffer> {
  try {
    if (!/^https?:\/\//.test(source.key)) return await readFile(source.key)
    return await download(source.key, source.ca === undefined ? {} : { ca: await readFile(source.ca, 'utf8') })
  } catch (error) {
    const hint = `Check it with: curl -fI ${source.key}; or name a mirror or a file as key under sources in the inventory.`
    throw new TripodError(
      'SOURCE_UNAVAILABLE',
      `the signing key ${source.key} cannot be had: ${messageOf(error)}`,
      hint,
      {
        cause: error,
      },
    )
  }
}

async function inPrivateDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tripod-gpg-'))
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const readKeys = (bytes: Buffer): Promise<readonly PublicKey[]> =>
  inPrivateDirectory((home) => readPublicKeys(bytes, home))

/** The cached key if it is acceptable: a cache is only a hint, so anything wrong with it means "none". */
async function cached(
  file: string,
  source: SigningKeySource,
  now: Date,
): Promise<{ text: string; fresh: boolean } | undefined> {
  try {
    const bytes = await readFile(file)
    const keys = await readKeys(bytes)
    accept(keys, source, now)
    return { text: armored(bytes), fresh: !endsSoon(keys, now) }
  } catch {
    return undefined
  }
}

/**
 * The key as armoured text, its fingerprints checked on this machine, kept in `cacheDirectory` until 60 days before it ends.
 * Throws SOURCE_UNAVAILABLE or SOURCE_REJECTED.
 */
export async function signingKey(source: SigningKeySource, cacheDirectory: string, now = new Date()): Promise<string> {
  const file = path.join(cacheDirectory, 'keys', `${createHash('sha256').update(source.key).digest('hex')}.asc`)
  const remote = /^https?:\/\//.test(source.key)
  const kept = remote ? await cached(file, source, now) : undefined
  if (kept?.fresh === true) return kept.text
  try {
    const bytes = await fetched(source)
    accept(await readKeys(bytes), source, now)
    if (remote) await keep(file, armored(bytes))
    return armored(bytes)
  } catch (error) {
    // It could not be renewed, but what is here still holds.
    if (kept !== undefined && error instanceof TripodError && error.code === 'SOURCE_UNAVAILABLE') return kept.text
    throw error
  }
}

async function keep(file: string, text: string): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic')
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFileAtomic(file, text, { mode: 0o600 })
}
