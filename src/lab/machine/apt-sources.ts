import { readFile } from 'node:fs/promises'
import { attempt } from '../local.js'
import { RELEASE, type DebianRelease } from './debian-release.js'

const DEFAULT: readonly Source[] = [
  { uri: 'http://deb.debian.org/debian/', suffix: '', component: 'main' },
  { uri: 'http://deb.debian.org/debian/', suffix: '-updates', component: 'main' },
  { uri: 'http://deb.debian.org/debian-security/', suffix: '-security', component: 'main' },
]

interface Source {
  readonly uri: string
  /** What follows the codename in the suite: '', '-updates', '-security'. */
  readonly suffix: string
  readonly component: string
}

/** Lines of a sources.list for a release, from the mirrors this computer itself uses for Debian. */
export async function aptSources(os: DebianRelease): Promise<readonly string[]> {
  const listed = await attempt('apt-get', [
    'indextargets',
    '--no-release-info',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Identifier: Packages',
  ])
  const own = hostSources(listed.stdout, await hostCodename())
  const sources = own.some((source) => source.suffix === '') ? own : DEFAULT
  return sources.map(
    ({ uri, suffix, component }) =>
      `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${uri} ${RELEASE[os].codename}${suffix} ${component}`,
  )
}

/** Debian's entries of `apt-get indextargets` (URI, suite, component per line); third-party suites do not carry the codename. */
export function hostSources(listing: string, codename: string): readonly Source[] {
  const unique = [...new Set(listing.split('\n'))]
  return unique.flatMap((line) => {
    const [uri, suite, component] = line.split(' ')
    if (uri === undefined || component === undefined || suite === undefined) return []
    const suffix = suite.slice(codename.length)
    return suite.startsWith(codename) && ['', '-updates', '-security'].includes(suffix)
      ? [{ uri, suffix, component }]
      : []
  })
}

/** apt settings of this computer without which its mirrors cannot be used: proxies, and dates of a Release file that is not renewed. */
export async function aptSettings(): Promise<readonly string[]> {
  const dump = await attempt('apt-config', ['dump'])
  return dump.stdout
    .split('\n')
    .filter((line) => /^Acquire::(Check-Valid-Until|Check-Date|Max-FutureTime|https?::Proxy\S*) "[^"]+";$/i.test(line))
}

async function hostCodename(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8')
  return /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? 'unknown'
}
