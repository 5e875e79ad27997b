import { access, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf, TripodError } from '../errors.js'

/** Writes files below a directory, which is made when missing. Throws USAGE; where one is there already, before any is written. */
export async function writeFiles(
  directory: string,
  files: ReadonlyMap<string, string>,
  overwrite: boolean,
): Promise<void> {
  for (const path of overwrite ? [] : [...files.keys()].map((file) => join(directory, file))) {
    if (!(await isThere(path))) continue
    throw new TripodError('USAGE', `${path} is there already`, 'Choose another --out, or pass --overwrite')
  }
  for (const [file, text] of files) {
    const path = join(directory, file)
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    } catch (error) {
      throw new TripodError('USAGE', `${path} cannot be written: ${messageOf(error)}`, 'Choose another --out')
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false) // prettier-ignore
}
