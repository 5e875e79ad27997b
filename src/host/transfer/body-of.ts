import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Whole } from './judge.js'

/** A file of this computer as an upload takes it; it is read twice, in bounded memory. Rejects with what the file system says. */
export async function bodyOf(path: string): Promise<Whole & { readonly body: Readable }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    size += chunk.length
    hash.update(chunk)
  }
  return { size, sha256: hash.digest('hex'), body: createReadStream(path) }
}
