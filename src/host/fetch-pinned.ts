import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, TripodError } from '../errors.js'
import { download } from './download.js'

/** A text that is known by its checksum, or, without one, taken as it comes. */
export interface PinnedSource {
  /** http(s) address, or absolute path on the operator's machine. */
  readonly source: string
  readonly sha256?: string
}

const sumOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Largest file that is taken: upstream's largest manifest has 3 MB. */
const MOST_BYTES = 16 * 1024 * 1024

/** Its bytes, from the cache where they were fetched before. Throws SOURCE_UNAVAILABLE, and SOURCE_REJECTED for another checksum. */
export async function fetchPinned(
  { source, sha256 }: PinnedSource,
  cache: string,
): Promise<{ readonly text: string; readonly sha256: string }> {
  const kept = sha256 === undefined ? undefined : await fromCache(join(cache, 'manifests', sha256), sha256)
  const bytes = kept ?? (await fetched(source))
  const sum = sumOf(bytes)
  if (sha256 !== undefined && sum !== sha256)
    throw new TripodError(
      'SOURCE_REJECTED',
      `${source} is not what was pinned: its sha256 is ${sum} (${bytes.length} bytes), expected ${sha256}`,
      'Nothing of it was used. Is it meant to differ, name its sum as sources.manifests.sha256 in the inventory.',
    )
  if (kept === undefined && sha256 !== undefined) await keep(join(cache, 'manifests'), sha256, bytes)
  return { text: bytes.toString('utf8'), sha256: sum }
}

/** A copy that was damaged counts as none. */
async function fromCache(path: string, sha256: string): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes !== undefined && sumOf(bytes) === sha256 ? bytes : undefined
}

async function keep(directory: string, name: string, bytes: Buffer): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const next = join(directory, `${name}.${process.pid}`)
  await writeFile(next, bytes, { mode: 0o600 })
  await rename(next, join(directory, name))
}

async function fetched(source: string): Promise<Buffer> {
  try {
    if (!/^https?:\/\//.test(source)) return await readFile(source)
    return await download(source, { mostBytes: MOST_BYTES })
  } catch (error) {
    throw new TripodError(
      'SOURCE_UNAVAILABLE',
      `${source} cannot be had: ${messageOf(error)}`,
      `Check it with: curl -fI ${source}; or name a mirror or a file as sources.manifests.calico in the inventory.`,
      { cause: error },
    )
  }
}
