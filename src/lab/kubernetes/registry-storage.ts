import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Blob } from './image-manifest.js'

/** Layout of the filesystem driver of `distribution` 2.x: blobs under their digest, and small files that link to them. */
const BASE = 'docker/registry/v2'

/** Puts a text into the storage as a blob. */
export async function storeText(storage: string, text: string): Promise<Blob> {
  return await storeBlob(storage, (path) => writeFile(path, text))
}

/** Puts what `write` writes to the path it is given into the storage as a blob. */
export async function storeBlob(storage: string, write: (path: string) => Promise<void>): Promise<Blob> {
  const incoming = join(storage, `incoming-${randomBytes(4).toString('hex')}`)
  await write(incoming)
  const hash = createHash('sha256')
  await pipeline(createReadStream(incoming), hash)
  const hex = hash.digest('hex')
  const path = join(storage, BASE, 'blobs/sha256', hex.slice(0, 2), hex, 'data')
  await mkdir(dirname(path), { recursive: true })
  await rename(incoming, path)
  return { digest: `sha256:${hex}`, size: (await stat(path)).size }
}

export interface Tagged {
  readonly repository: string
  readonly tag: string
  readonly manifest: Blob
  /** Configuration and layers. */
  readonly parts: readonly Blob[]
}

/** Gives an image, whose blobs are stored, a name. */
export async function tag(storage: string, { repository, tag: name, manifest, parts }: Tagged): Promise<void> {
  const at = join(storage, BASE, 'repositories', repository)
  const tagged = join(at, '_manifests/tags', name)
  for (const part of parts) await link(join(at, '_layers', inPath(part)), part)
  await link(join(at, '_manifests/revisions', inPath(manifest)), manifest)
  await link(join(tagged, 'index', inPath(manifest)), manifest)
  await link(join(tagged, 'current'), manifest)
}

async function link(directory: string, { digest }: Blob): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'link'), digest)
}

function inPath({ digest }: Blob): string {
  return digest.replace(':', '/')
}
