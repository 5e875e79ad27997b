import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { local } from '../local.js'
import { errnoOf } from '../../errors.js'

const CONTENT = 'io.containerd.content.v1.content'
const BLOBS = join(CONTENT, 'blobs')
const OVERLAY = 'io.containerd.snapshotter.v1.overlayfs'
const SNAPSHOTS = join(OVERLAY, 'snapshots')

/** Seconds; a store of many images on a slow disk. */
const PATIENCE = 900

/**
 * Copies /var/lib/containerd of a machine that is off. Images make nearly all of it, and containerd never writes to them
 * again, so both copies share these files by hard links, as an ext4 knows no other way; everything else is a copy of its own.
 */
export async function copyContainerd(from: string, to: string): Promise<void> {
  await local('cp', ['--archive', '--link', '--no-target-directory', from, to], { timeoutSeconds: PATIENCE })
  for (const path of await writablePaths(from)) {
    await rm(join(to, path), { recursive: true, force: true })
    const ends = [join(from, path), join(to, path)]
    await local('cp', ['--archive', '--reflink=auto', '--no-target-directory', ...ends], { timeoutSeconds: PATIENCE })
  }
}

/** Bytes that a copy takes on the disk, the shared files left out. */
export async function sizeOfCopy(from: string): Promise<number> {
  const paths = (await writablePaths(from)).map((path) => join(from, path))
  if (paths.length === 0) return 0
  const sizes = await local('du', ['--summarize', '--block-size=1', '--', ...paths], { timeoutSeconds: PATIENCE })
  return sizes.split('\n').reduce((sum, line) => sum + Number(line.split('\t')[0]), 0)
}

/**
 * What may be written to where it stands, relative to the store: all but content by digest, which is renamed into its place
 * when whole, and layers that never were the upper one of a mount (containerd unpacks images straight into the directory).
 */
async function writablePaths(store: string): Promise<readonly string[]> {
  const others = async (directory: string, kept: readonly string[]) =>
    (await namesIn(join(store, directory))).map((name) => join(directory, name)).filter((path) => !kept.includes(path))
  const layers = (await namesIn(join(store, SNAPSHOTS))).map((name) => join(SNAPSHOTS, name))
  const mounted = await Promise.all(layers.map((layer) => wasMounted(join(store, layer))))
  return [
    ...(await others('', [CONTENT, OVERLAY])),
    ...(await others(CONTENT, [BLOBS])),
    ...(await others(OVERLAY, [SNAPSHOTS])),
    ...layers.filter((_, index) => mounted[index]),
  ]
}

/** The kernel makes a directory `work` of its own inside the work directory of an overlay when that is mounted for writing. */
async function wasMounted(layer: string): Promise<boolean> {
  return (await namesIn(join(layer, 'work'))).length > 0
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return await readdir(directory).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) return []
    throw error
  })
}
