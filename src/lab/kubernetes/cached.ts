import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { locked } from '../lock.js'
import { cacheDirectory } from '../places.js'

/** Seconds that making one may take, and that others wait for it: Kubernetes takes 4 minutes on 2 cores. */
export const LONGEST_MAKING = 1800

export interface Recipe {
  /** Beginning of the directory's name. */
  readonly name: string
  /** All that decides what is in it: another value makes another directory. */
  readonly of: unknown
  /** Says why one has to wait; called before the making only. */
  readonly announce: () => void
  /** Fills the directory, which exists and is empty. It gets its final name only when this is done. */
  readonly make: (directory: string) => Promise<void>
}

/** Where the lab keeps what belongs to its Kubernetes. Absolute. */
export function kubernetesCache(): string {
  return join(cacheDirectory(), 'kubernetes')
}

/** Path of a directory of the cache, made once and whole. */
export async function cached(recipe: Recipe): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe.of)).digest('hex')
  const directory = join(kubernetesCache(), `${recipe.name}-${hash.slice(0, 8)}`)
  if (await exists(directory)) return directory
  const work = async () => {
    if (!(await exists(directory))) await make(recipe, directory)
    return directory
  }
  return await locked(`kubernetes-${recipe.name}`, work, LONGEST_MAKING)
}

async function make(recipe: Recipe, directory: string): Promise<void> {
  await removeUnfinished(recipe.name)
  recipe.announce()
  // A name of its own: what a killed run left behind may still be writing.
  const unfinished = `${directory}.${randomBytes(4).toString('hex')}.unfinished`
  await mkdir(unfinished, { recursive: true, mode: 0o755 })
  await recipe.make(unfinished)
  await rename(unfinished, directory)
}

/** What a crash left; under the lock nobody else is making one. */
async function removeUnfinished(name: string): Promise<void> {
  const names = await readdir(kubernetesCache()).catch(() => [])
  for (const each of names.filter((one) => one.startsWith(`${name}-`) && one.endsWith('.unfinished'))) {
    await rm(join(kubernetesCache(), each), { recursive: true, force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false) // prettier-ignore
}
