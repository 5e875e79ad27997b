import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Debian's repository cannot be used here; the message says why. */
export class NoRepository extends Error {}

/**
 * Path of the containerd program of a Debian release, fetched by apt with state of its own (the machine's is left alone), from
 * the repository the machine itself uses. Kept in the cache directory; throws NoRepository.
 */
export async function debianContainerd(suite: string): Promise<string> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'tripod', 'test')
  const tree = path.join(cache, `containerd-${suite}`)
  const program = path.join(tree, 'usr/bin/containerd')
  if (existsSync(program)) return program
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(path.join(cache, `${suite}-`))
  try {
    await fetchAndUnpack(work, suite)
    await rename(path.join(work, 'tree'), tree)
  } catch (error) {
    throw new NoRepository(`containerd of Debian ${suite}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    await rm(work, { recursive: true })
  }
  return program
}

async function fetchAndUnpack(work: string, suite: string): Promise<void> {
  await mkdir(path.join(work, 'lists/partial'), { recursive: true })
  await mkdir(path.join(work, 'cache/archives/partial'), { recursive: true })
  await writeFile(path.join(work, 'status'), '')
  await writeFile(path.join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${await mirror()} ${suite} main\n`)
  await writeFile(
    path.join(work, 'apt.conf'),
    Object.entries({
      'Dir::State': work,
      'Dir::State::status': `${work}/status`,
      'Dir::Cache': `${work}/cache`,
      'Dir::Etc::sourcelist': `${work}/sources.list`,
      'Dir::Etc::sourceparts': '/dev/null',
      'APT::Sandbox::User': 'root',
    })
      .map(([key, value]) => `${key} "${value}";\n`)
      .join(''),
  )
  const options = { cwd: work, env: { ...process.env, APT_CONFIG: `${work}/apt.conf`, LC_ALL: 'C' } }
  await run('apt-get', ['update', '--error-on=any'], options)
  await run('apt-get', ['download', 'containerd'], options)
  const found = (await readdir(work)).find((name) => name.endsWith('.deb'))
  if (found === undefined) throw new Error('apt-get download left no package')
  await run('dpkg-deb', ['-x', found, 'tree'], options)
}

/** The repository of this machine's own release, as its own sources name it. */
async function mirror(): Promise<string> {
  const directory = '/etc/apt/sources.list.d'
  const parts = existsSync(directory) ? await readdir(directory) : []
  const files = ['/etc/apt/sources.list', ...parts.map((name) => path.join(directory, name))].filter((file) =>
    existsSync(file),
  )
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const address = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(texts.join('\n'))
  return address?.[1] ?? 'http://deb.debian.org/debian'
}
