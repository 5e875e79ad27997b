import { link, rm, writeFile } from 'node:fs/promises'
import { errnoOf } from '../../errors.js'

/** Writes the file whole unless it exists; two at once, and a crash, leave one of them or none. */
export async function writeOnce(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`
  await writeFile(unfinished, text)
  try {
    await link(unfinished, path)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(unfinished)
  }
}
