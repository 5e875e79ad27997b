import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { local } from '../local.js'
import { indexEntry, releaseText } from './apt-index.js'
import { cached } from './cached.js'
import { crictl } from './crictl.js'
import { buildPackage, controlText, PACKAGE_FORMAT, type DebianPackage } from './debian-package.js'
import { kubeadmWrapper } from './kubeadm-wrapper.js'
import { packageParts } from './package-parts.js'
import { kubernetesPackages } from './packages.js'
import { repositoryKey, signRelease } from './repository-key.js'

export interface RepositoryInput {
  /** The claimed version, without v. */
  readonly version: string
  /** Directory of the static binaries; the name of another build differs. */
  readonly binaries: string
  readonly log: (line: string) => void
}

export interface AptRepository {
  /** Path of what is to be served. */
  readonly directory: string
  /** Of the key that it is signed by, which lies in it as `Release.key`. */
  readonly fingerprint: string
}

/** A flat signed repository as pkgs.k8s.io lays it out, with the packages of one version; made once per build. Throws LAB_FAILED. */
export async function aptRepository({ version, binaries, log }: RepositoryInput): Promise<AptRepository> {
  const { plugins } = await packageParts(log)
  const wrapper = await kubeadmWrapper({ version, log })
  const packages = await kubernetesPackages({ version, binaries, wrapper, crictl: await crictl(log), plugins })
  const architecture = (await local('dpkg', ['--print-architecture'])).trim()
  const key = await repositoryKey()
  const directory = await cached({
    name: `packages-${version}`,
    of: [packages, architecture, key.fingerprint, PACKAGE_FORMAT],
    announce: () => {
      log(`Packages of Kubernetes ${version}: made once, a few seconds`)
    },
    make: async (root) => {
      await writeIndex(root, packages, architecture)
      await writeFile(join(root, 'Release.key'), key.text)
      const label = `kubernetes-${version}`
      const release = { root, label, architecture, date: new Date(), indexes: ['Packages'] }
      await writeFile(join(root, 'Release'), await releaseText(release))
      await signRelease(root, key)
    },
  })
  return { directory, fingerprint: key.fingerprint }
}

async function writeIndex(root: string, packages: readonly DebianPackage[], architecture: string): Promise<void> {
  await mkdir(join(root, architecture))
  const entries = await Promise.all(
    packages.map(async (one) => {
      const path = `${architecture}/${one.name}_${one.version}_${architecture}.deb`
      await buildPackage(one, architecture, join(root, path))
      return await indexEntry(root, path, controlText(one, architecture))
    }),
  )
  await writeFile(join(root, 'Packages'), entries.join('\n'))
}
