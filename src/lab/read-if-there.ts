import { readFile } from 'node:fs/promises'
import { errnoOf } from '../errors.js'

/** The text of a file, undefined if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  })
}
