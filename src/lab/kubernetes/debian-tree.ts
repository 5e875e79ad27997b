import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { aptSettings, aptSources } from '../machine/apt-sources.js'
import { local } from '../local.js'
import { cached } from './cached.js'

export interface DebianTree {
  readonly name: string
  /** `minbase` can be entered and worked in, `extract` holds the files of packages that no script has set up. */
  readonly variant: 'minbase' | 'extract'
  readonly packages: readonly string[]
  /** Path of a link -> its target, for what set-up scripts would have linked. */
  readonly links?: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** Path of a cached tree of Debian 12, whatever the lab's machines are made of. Nobody writes into it. */
export async function debianTree({ name, variant, packages, links = {}, log }: DebianTree): Promise<string> {
  const options = [
    '--quiet',
    `--variant=${variant}`,
    ...(await aptSettings()).map((line) => `--aptopt=${line}`),
    `--include=${packages.join(',')}`,
  ]
  const sources = await aptSources('debian12')
  return await cached({
    name,
    of: [options, sources, links],
    announce: () => {
      log(`Debian packages for the lab's Kubernetes (${packages.join(', ')}): fetched once, up to 20 s`)
    },
    make: async (directory) => {
      // In a mount namespace of its own, so that no crash leaves /dev or /proc mounted in what will be deleted.
      const command = ['mmdebstrap', ...options, 'bookworm', directory, ...sources]
      await local('unshare', ['--mount', '--propagation', 'private', ...command], { timeoutSeconds: 900 })
      await rm(join(directory, 'etc/apt/apt.conf.d/99mmdebstrap'), { force: true })
      for (const [path, target] of Object.entries(links)) await symlink(target, join(directory, path))
    },
  })
}
