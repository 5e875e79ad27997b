import { join } from 'node:path'
import { debianTree } from './debian-tree.js'

/** Parts of Debian's that the repository is made and served with. Absolute paths. */
export interface PackageParts {
  /** Directory of the CNI plugins. */
  readonly plugins: string
  /** A static busybox: its httpd serves the repository, and needs nothing on the computer. */
  readonly busybox: string
}

/** The parts, in a cached tree. */
export async function packageParts(log: (line: string) => void): Promise<PackageParts> {
  const packages = ['busybox-static', 'containernetworking-plugins']
  const tree = await debianTree({ name: 'package-parts', variant: 'extract', packages, log })
  return { plugins: join(tree, 'usr/lib/cni'), busybox: join(tree, 'bin/busybox') }
}
