import type { OsFamily } from '../../os/os-family.js'
import type { AccessResource } from '../../resources/resource.js'

/** Programs that are not root's look names up, and find everything else, by these. */
const ALWAYS = {
  directories: ['/etc', '/usr', '/var', '/var/lib'],
  files: ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf'],
} as const

/**
 * Paths that programs without root's rights must read: apt's downloads and its check of signatures run as _apt, chrony and HAProxy as users of
 * their own. A machine that was set up under umask 027 or 077 may have them closed.
 */
export function readableByAll({ closed }: OsFamily): readonly AccessResource[] {
  const directories = [...ALWAYS.directories, ...closed.directories]
  const files = [...ALWAYS.files, ...closed.files]
  return [
    ...directories.map((path) => ({ kind: 'access', path, bits: 0o005, readers: closed.readers }) as const),
    ...files.map((path) => ({ kind: 'access', path, bits: 0o004, readers: closed.readers }) as const),
  ]
}
