import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { local } from '../local.js'

/** What a binary package is made of. Paths are those on the machine, without leading slash. */
export interface DebianPackage {
  readonly name: string
  readonly version: string
  readonly depends: readonly string[]
  readonly description: string
  /** Path -> the file of this computer that is copied there. */
  readonly programs: Readonly<Record<string, string>>
  /** Path -> text; one that begins with #! is a program. */
  readonly texts: Readonly<Record<string, string>>
}

/** A fixed moment (2021-01-13): the same files make the same package. */
const EPOCH = 1610496000

/** What `dpkg --verify` on a machine compares with. */
const CHECKSUMS =
  'find . -path ./DEBIAN -prune -o -type f -printf "%P\\0" | sort -z | xargs -0 md5sum > DEBIAN/md5sums && chmod 0644 DEBIAN/md5sums'

/** Another value wherever what `buildPackage` makes of the same package is another. */
export const PACKAGE_FORMAT = 2

/** The package's entry in an index, as far as it says what the package is. */
export function controlText({ name, version, depends, description }: DebianPackage, architecture: string): string {
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: The lab of tripod <lab@example.org>',
    'Section: admin',
    'Priority: optional',
    ...(depends.length === 0 ? [] : [`Depends: ${depends.join(', ')}`]),
    `Description: ${description}`,
    '',
  ].join('\n')
}

/** Packs it uncompressed, for it is read more quickly than unpacked. `output` is the path of the .deb. Throws LAB_FAILED. */
export async function buildPackage(one: DebianPackage, architecture: string, output: string): Promise<void> {
  const tree = `${output}.tree`
  for (const [path, source] of Object.entries(one.programs)) await putProgram(join(tree, path), source)
  for (const [path, text] of Object.entries(one.texts)) await putText(join(tree, path), text)
  await putText(join(tree, 'DEBIAN/control'), controlText(one, architecture))
  const conffiles = Object.keys(one.texts).filter((path) => path.startsWith('etc/'))
  if (conffiles.length > 0)
    await putText(join(tree, 'DEBIAN/conffiles'), conffiles.map((path) => `/${path}\n`).join(''))
  await local('env', ['-C', tree, 'sh', '-c', CHECKSUMS])
  const pack = ['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, output]
  await local('env', [`SOURCE_DATE_EPOCH=${EPOCH}`, ...pack])
  await rm(tree, { recursive: true })
}

async function putProgram(path: string, source: string): Promise<void> {
  await makeDirectory(path)
  await copyFile(source, path, constants.COPYFILE_FICLONE)
  await chmod(path, 0o755)
}

async function putText(path: string, text: string): Promise<void> {
  await makeDirectory(path)
  await writeFile(path, text)
  await chmod(path, text.startsWith('#!') ? 0o755 : 0o644)
}

/** Whatever the umask says: directories of a package are those of the machine. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(dirname(path), { recursive: true })
  if (first === undefined) return
  for (let made = dirname(path); made.length >= first.length; made = dirname(made)) await chmod(made, 0o755)
}
