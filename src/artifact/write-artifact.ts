import { randomBytes } from 'node:crypto'
import { rmSync, type Stats } from 'node:fs'
import { lstat, open, realpath, rename, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { errnoOf } from '../errors.js'

/** A file for the operator, on this computer. */
export interface Artifact {
  /** A symbolic link is followed and stays; one that leads nowhere is refused. */
  readonly path: string
  /** The text, or what writes to the stream until it has ended: a download. */
  readonly content: string | ((into: Writable) => Promise<unknown>)
  /** Whether it may take the place of a file that is there. */
  readonly replaces: boolean
}

/**
 * Whole or not at all, also when the power fails, and for its owner alone (0600): written under a temporary name beside its place, synced
 * and renamed. Rejects with what the file system says, or why nothing may be put there; then what was there is still there.
 */
export async function writeArtifact({ path, content, replaces }: Artifact): Promise<void> {
  const place = await realpath(path).catch(absent(resolve(path)))
  const former = await formerAt(place, replaces)
  const directory = dirname(place)
  const temporary = join(directory, `.${basename(place).slice(0, 200)}.tripod-${randomBytes(4).toString('hex')}`)
  const remove = (): void => {
    rmSync(temporary, { force: true })
  }
  // A second signal ends the process at once.
  process.once('exit', remove)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await fill(file, content)
      if (former && (await isOfHousehold(former, directory))) await file.chown(former.uid, former.gid)
      await file.sync()
    } finally {
      await file.close()
    }
    await formerAt(place, replaces)
    await rename(temporary, place)
    await syncDirectory(directory)
  } catch (error) {
    remove()
    throw error
  } finally {
    process.off('exit', remove)
  }
}

async function fill(file: FileHandle, content: Artifact['content']): Promise<void> {
  if (typeof content === 'string') {
    await file.writeFile(content)
    return
  }
  // The stream of the handle itself would close it before it is synced.
  const into = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      file.appendFile(chunk).then(() => {
        done()
      }, done)
    },
  })
  await content(into)
  if (!into.writableFinished) throw new Error('it was not written to its end')
}

/** What is there; throws where nothing may take its place: a root's `--out /dev/null` would end it. */
async function formerAt(place: string, replaces: boolean): Promise<Stats | undefined> {
  const there = await lstat(place).catch(absent(undefined))
  if (there?.isFile() === false) throw new Error('it is there and is no regular file')
  if (there && !replaces) throw new Error('it is there already')
  return there
}

/** A run by root leaves a file to its user, who owns the directory, too; not to whoever put one into /tmp. */
async function isOfHousehold(former: Stats, directory: string): Promise<boolean> {
  return process.getuid?.() === 0 && (await stat(directory)).uid === former.uid
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync().catch((error: unknown) => {
      // Some file systems of other machines cannot.
      if (errnoOf(error) !== 'EINVAL') throw error
    })
  } finally {
    await handle.close()
  }
}

/** Of what is not there, this instead. */
function absent<Instead>(instead: Instead): (error: unknown) => Instead {
  return (error) => {
    if (errnoOf(error) === 'ENOENT') return instead
    throw error
  }
}
