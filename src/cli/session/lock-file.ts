import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { NodeVersions } from '../../engine/run-types.js'
import { errnoOf, messageOf } from '../../errors.js'
import type { Cluster } from '../../inventory/cluster.js'
import {
  lockFileOf,
  lockFileText,
  parseLockFile,
  type Versions,
  type VersionsByNode,
} from '../../inventory/lock-file.js'

/** What became of the lock file: written anew, as it was, or why it could not be kept up to date. */
export type LockFileOutcome = { readonly path: string } & (
  { readonly state: 'written' | 'unchanged' } | { readonly state: 'failed'; readonly why: string }
)

/** Notes beside the inventory what runs where. Never throws: the machines are as they are, with or without the note. */
export async function updateLockFile(cluster: Cluster, seen: readonly NodeVersions[]): Promise<LockFileOutcome> {
  const { inventoryPath } = cluster
  const path = lockFileOf(inventoryPath)
  // An inventory that comes through a pipe lies nowhere, so that nothing lies beside it.
  if (/^\/(?:dev|proc)\//.test(resolve(path))) return { path, state: 'unchanged' }
  try {
    const former = await textOf(path)
    const noted = parseLockFile(former)
    if (noted === undefined) return { path, state: 'failed', why: 'it is not as tripod wrote it; remove or repair it' }
    const text = lockFileText(inventoryPath, merged(noted, cluster, seen))
    if (text === former) return { path, state: 'unchanged' }
    await write(path, text, inventoryPath)
    return { path, state: 'written' }
  } catch (error) {
    return { path, state: 'failed', why: messageOf(error) }
  }
}

/** Nodes that left the inventory leave; what a partial apply did not look at stays. */
function merged(noted: VersionsByNode, { nodes }: Cluster, seen: readonly NodeVersions[]): VersionsByNode {
  const rows = nodes.map(({ name }): readonly [string, Versions] => {
    const now = seen.find(({ node }) => node === name)
    const kept = now?.complete === true ? {} : noted[name]
    return [name, { ...kept, ...now?.packages }]
  })
  return Object.fromEntries(rows.filter(([, versions]) => Object.keys(versions).length > 0))
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    throw error
  }
}

/** For whom the inventory is: a run by root must leave nothing that its user can neither read nor commit. */
async function write(path: string, text: string, inventoryPath: string): Promise<void> {
  const { mode, uid, gid } = await stat(inventoryPath)
  const { default: writeFileAtomic } = await import('write-file-atomic')
  await writeFileAtomic(path, text, { mode: mode & 0o666, chown: { uid, gid } })
}
