import { TripodError } from '../errors.js'
import type { OsRelease } from '../inventory/cluster.js'

/** Boxes of the Bento project, which exist for VirtualBox, Parallels, VMware and libvirt; RHEL itself comes as none. */
const NAMES: Readonly<Record<string, (version: string) => string>> = {
  debian: (version) => `bento/debian-${version}`,
  ubuntu: (version) => `bento/ubuntu-${version}`,
  rocky: (version) => `bento/rockylinux-${version}`,
  almalinux: (version) => `bento/almalinux-${version}`,
  ol: (version) => `bento/oracle-${version}`,
  centos: (version) => `bento/centos-stream-${version}`,
}

/** `OS=BOX` of the command line by OS, `rhel9`. Throws USAGE. */
export function readBoxes(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const [, os, box] = /^([a-z]+[0-9.]+)=([A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9._-]+)?)$/.exec(text) ?? []
      if (os !== undefined && box !== undefined) return [os, box]
      throw new TripodError(
        'USAGE',
        `${JSON.stringify(text)} is no box for an OS`,
        'For example: --box rhel9=mine/rhel-9',
      )
    }),
  )
}

/** Name of the Vagrant box with that OS. Throws USAGE where none is known. */
export function boxOf(os: OsRelease, given: ReadonlyMap<string, string>): string {
  const word = `${os.id}${os.version}`
  const box = given.get(word) ?? NAMES[os.id]?.(os.version)
  if (box !== undefined) return box
  throw new TripodError('USAGE', `no Vagrant box with ${word} is known`, `Name yours: --box ${word}=OWNER/BOX`)
}
