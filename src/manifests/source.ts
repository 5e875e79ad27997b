import { createHash } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, TripodError } from '../errors.js'
import { download } from '../host/download.js'
import { rejected } from './rejected.js'
import type { SetPlan } from './sets.js'

/** Five times the largest file that is pinned. */
const MOST_BYTES = 16 * 1024 * 1024
const SECONDS = 120

/** How a manifest is had; both are handed in by tests alone. */
export interface SourceOptions {
  readonly cacheDirectory: string
  readonly readFile?: (file: string) => Promise<Buffer>
  readonly download?: (address: string) => Promise<Buffer>
}

/** sha256 in hex. */
export const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const isAddress = (source: string): boolean => /^https?:\/\//.test(source)

/**
 * The bytes of a set, held against its sum before anybody looks into them; what comes over the net and is right is kept under
 * that sum. Throws SOURCE_UNAVAILABLE, or SOURCE_REJECTED when they are others.
 */
export async function verifiedBytes(plan: SetPlan, options: SourceOptions): Promise<Buffer> {
  const file = plan.sha256 === undefined ? undefined : path.join(options.cacheDirectory, 'manifests', plan.sha256)
  // A file of the operator's is read each time: what it holds now is what was meant.
  const kept = file !== undefined && isAddress(plan.source) ? await cached(file, plan.sha256) : undefined
  if (kept !== undefined) return kept
  const bytes = await fetched(plan.source, options)
  if (bytes.length > MOST_BYTES) throw unavailable(plan.source, tooLarge(bytes.length))
  verify(plan, bytes)
  if (file !== undefined && isAddress(plan.source)) await keep(file, bytes)
  return bytes
}

function verify({ source, sha256, bytes: size, version }: SetPlan, bytes: Buffer): void {
  const found = sumOf(bytes)
  if (sha256 === undefined || found === sha256) return
  const expected = `${sha256}${size === undefined ? '' : ` (${String(size)} bytes)`}`
  throw rejected(
    source,
    `has the sha256 ${found} (${String(bytes.length)} bytes), not ${expected}${version === undefined ? '' : ` of Calico ${version}`}: it is another file, was cut off, or was changed`,
    `Look at it before anything else. If it is meant to differ, name it in the inventory with its own sum: sources.manifests.calico: ${source}, sources.manifests.sha256: ${found}.`,
  )
}

async function fetched(source: string, options: SourceOptions): Promise<Buffer> {
  const fromNet =
    options.download ?? ((address: string) => download(address, { mostBytes: MOST_BYTES, seconds: SECONDS }))
  try {
    return await (isAddress(source) ? fromNet(source) : (options.readFile ?? readSmall)(source))
  } catch (error) {
    throw unavailable(source, messageOf(error), error)
  }
}

function unavailable(source: string, why: string, cause?: unknown): TripodError {
  const hint = isAddress(source)
    ? `Check it with: curl -fI ${source}; or name a mirror or a local file in the inventory (sources.manifests.calico, or under network.cni.manifests).`
    : `Check it with: ls -l ${source}; or correct its path in the inventory.`
  const detail = cause === undefined ? {} : { cause }
  return new TripodError('SOURCE_UNAVAILABLE', `the manifest ${source} cannot be had: ${why}`, hint, detail)
}

const tooLarge = (size: number): string =>
  `it has ${String(size)} bytes, and no manifest has more than ${String(MOST_BYTES)}`

/** Never a device or a pipe, which have no end. */
async function readSmall(file: string): Promise<Buffer> {
  const there = await stat(file)
  if (!there.isFile()) throw new Error('it is no regular file')
  if (there.size > MOST_BYTES) throw new Error(tooLarge(there.size))
  return readFile(file)
}

/** A cache is only a hint: anything wrong with it means "none". */
async function cached(file: string, sha256: string | undefined): Promise<Buffer | undefined> {
  const bytes = await readSmall(file).catch(() => undefined)
  return bytes !== undefined && sumOf(bytes) === sha256 ? bytes : undefined
}

/** Where it cannot be kept, it is downloaded once more next time. */
async function keep(file: string, bytes: Buffer): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic')
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    .then(() => writeFileAtomic(file, bytes, { mode: 0o600 }))
    .catch(() => undefined)
}
