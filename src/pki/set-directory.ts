import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf, messageOf, TripodError } from '../errors.js'
import { Secret } from '../secret.js'
import { CA_FILES, type CaFile } from './authorities.js'
import { isKey } from './authority-files.js'
import type { FoundFiles } from './verify.js'

/** The files of a set that are in `directory`; `unlock` gets the text of each key. What cannot be read is an error, never missing. */
export async function readSet(
  directory: string,
  unlock: (text: string, file: CaFile) => string = (text) => text,
): Promise<FoundFiles> {
  const texts = await Promise.all(
    CA_FILES.map(async (file): Promise<readonly (readonly [CaFile, Secret])[]> => {
      const path = join(directory, file)
      const text = await unlessAbsent(path, readFile(path, 'utf8'))
      return text === undefined ? [] : [[file, new Secret(isKey(file) ? unlock(text, file) : text)]]
    }),
  )
  return Object.fromEntries(texts.flat())
}

/** Whoever reads the key of the cluster's authority owns the cluster. */
export async function refuseOpen(directory: string): Promise<void> {
  const names = ['.', ...(await readable(directory, readdir(directory, { recursive: true })))]
  for (const name of names) {
    const path = join(directory, name)
    const { mode } = await readable(path, stat(path))
    if ((mode & 0o077) === 0) continue
    throw unusable(path, 'others may read it', `chmod -R go= ${directory}, and see who had access to it.`)
  }
}

export async function isThere(path: string): Promise<boolean> {
  return (await unlessAbsent(path, stat(path))) !== undefined
}

export function unusable(path: string, why: string, fix: string): TripodError {
  return new TripodError('AUTHORITIES_INVALID', `${path} cannot be used: ${why}`, fix)
}

async function unlessAbsent<Result>(path: string, work: Promise<Result>): Promise<Result | undefined> {
  const orAbsent = work.catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  })
  return readable(path, orAbsent)
}

/** A disk that is full or read-only is the operator's to mend. */
export async function writable<Result>(path: string, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw unusable(path, messageOf(error), `See that you may write to ${path}, and that its disk has room.`)
  })
}

async function readable<Result>(path: string, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw unusable(path, messageOf(error), `See that you may read ${path}.`)
  })
}
