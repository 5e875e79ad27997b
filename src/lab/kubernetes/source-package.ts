import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TripodError } from '../../errors.js'
import { aptSources } from '../machine/apt-sources.js'
import { local } from '../local.js'

/** Fetches a source package of Debian 12 into the directory, signatures checked by apt; gives the path of upstream's archive. */
export async function fetchSourcePackage(name: string, directory: string): Promise<string> {
  await mkdir(join(directory, 'lists/partial'), { recursive: true })
  const sources = (await aptSources('debian12')).map((line) => line.replace(/^deb /, 'deb-src '))
  await writeFile(join(directory, 'sources.list'), `${sources.join('\n')}\n`)
  // The computer's own lists, and what it is subscribed to, stay as they are.
  const own = [
    `Dir::Etc::SourceList=${join(directory, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(directory, 'lists')}`,
    'APT::Sandbox::User=root',
  ].map((option) => `--option=${option}`)
  await local('apt-get', ['-q', ...own, 'update'], { timeoutSeconds: 300 })
  const fetch = ['--chdir', directory, 'apt-get', '-q', ...own, 'source', '--download-only', name]
  await local('env', fetch, { timeoutSeconds: 900 })
  const archive = (await readdir(directory)).find((each) => each.includes('.orig.tar.'))
  if (archive !== undefined) return join(directory, archive)
  throw new TripodError('LAB_FAILED', `The source package ${name} came without its archive.`, 'Run the same again.')
}
