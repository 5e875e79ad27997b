import { debianTree } from './debian-tree.js'

/** What kube-proxy calls, etcd itself, and the registry that serves the images. */
const PACKAGES = ['conntrack', 'docker-registry', 'etcd-client', 'etcd-server', 'ipset', 'iptables', 'kmod']

/** Debian's update-alternatives would link these; the machines' own iptables is the same. */
const IPTABLES = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore']

/** Parts of the tree that no container needs. */
export const NOT_IN_IMAGES = ['./dev/*', './usr/bin/docker-registry', './usr/share', './var', './usr/include']

/**
 * Path of the cached tree of Debian packages that images are made of. The registry runs out of it too, by chroot: installed on
 * the computer, the package would start a service there.
 */
export async function userSpace(log: (line: string) => void): Promise<string> {
  const links = IPTABLES.map((name) => [`usr/sbin/${name}`, 'xtables-nft-multi'] as const)
  return await debianTree({
    name: 'user-space',
    variant: 'extract',
    packages: PACKAGES,
    links: Object.fromEntries(links),
    log,
  })
}
