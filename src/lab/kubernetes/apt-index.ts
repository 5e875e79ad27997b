import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** Entry of a file in the index `Packages`: what the package is, and where its file is and how it must read. */
export async function indexEntry(root: string, path: string, control: string): Promise<string> {
  const { size, sha256 } = await measured(root, path)
  return `${control}Filename: ${path}\nSize: ${size}\nSHA256: ${sha256}\n`
}

export interface Release {
  /** Directory of the repository. */
  readonly root: string
  readonly label: string
  readonly architecture: string
  readonly date: Date
  /** Indexes, by their path in the repository. */
  readonly indexes: readonly string[]
}

/** `Release` of a flat repository, as upstream's has it. */
export async function releaseText({ root, label, architecture, date, indexes }: Release): Promise<string> {
  const sums = await Promise.all(
    indexes.map(async (path) => {
      const { size, sha256 } = await measured(root, path)
      return ` ${sha256} ${size} ${path}`
    }),
  )
  return [
    `Origin: ${label}`,
    `Label: ${label}`,
    `Architectures: ${architecture}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    'SHA256:',
    ...sums,
    '',
  ].join('\n')
}

async function measured(root: string, path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(join(root, path)), hash)
  return { size: (await stat(join(root, path))).size, sha256: hash.digest('hex') }
}
