import { debian } from './debian.js'
import type { OsFamily } from './os-family.js'
import { rhel } from './rhel.js'

/** What is supported, for messages. */
export const SUPPORTED = 'Debian 12-13, Ubuntu 22.04-26.04, RHEL, Rocky Linux and AlmaLinux 8-10'

const RANGES: readonly {
  readonly id: string
  readonly from: number
  readonly to: number
  readonly family: OsFamily
}[] = [
  { id: 'debian', from: 12, to: 13, family: debian },
  { id: 'ubuntu', from: 22.04, to: 26.04, family: debian },
  // 10.99: minor releases are counted in one or two digits.
  { id: 'rhel', from: 8, to: 10.99, family: rhel },
  { id: 'rocky', from: 8, to: 10.99, family: rhel },
  { id: 'almalinux', from: 8, to: 10.99, family: rhel },
]

/** The family of a supported release, by ID and VERSION_ID of os-release; undefined for any other. */
export function osFamilyOf(os: { readonly id: string; readonly version: string }): OsFamily | undefined {
  const version = Number(os.version)
  if (os.version === '') return undefined
  return RANGES.find(({ id, from, to }) => id === os.id && from <= version && version <= to)?.family
}
