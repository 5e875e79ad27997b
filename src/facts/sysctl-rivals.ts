import type { Facts } from './facts.js'
import { SYSCTL_FILE, type Setting } from './kernel-settings.js'

/** A line of somebody else's file that sets one of tripod's keys otherwise and is read after tripod's file. */
export interface Rival {
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly key: string
  /** Left out: the line takes the key out of all that is set at boot (`-key`). */
  readonly value?: string
}

type SysctlFile = Facts['sysctlFiles'][number]

/** The name of a file without its directories. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/**
 * Every such line, in the order in which the files are read. A pattern (`net.ipv4.*`) is none: both readers let a whole name win over
 * it, wherever that stands (sysctl.d(5); tried with systemd 252 and procps 4.0).
 */
export function rivalsOf(
  facts: Pick<Facts, 'sysctlFiles' | 'security'>,
  settings: readonly Setting[],
): readonly Rival[] {
  return readAfterOurs(facts).flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = assignmentOf(line)
      return found !== undefined && isOtherwise(line, settings) ? [{ path, line: index + 1, ...found }] : []
    }),
  )
}

/** Whether a line sets one of these keys to a value that will not do, or keeps it from being set. */
export function isOtherwise(line: string, settings: readonly Setting[]): boolean {
  const found = assignmentOf(line)
  const setting = settings.find(({ key }) => key === found?.key)
  if (found === undefined || setting === undefined) return false
  const value = /^\d+$/.test(found.value ?? '') ? Number(found.value) : NaN
  return !(setting.atLeast ? value >= setting.value : value === setting.value)
}

const isInDirectory = ({ path }: SysctlFile): boolean => path.includes('/sysctl.d/')

/**
 * Of the directories, the files that sort after tripod's; of one name, that of the strongest directory alone. Then /etc/sysctl.conf, which
 * `sysctl --system` reads last, and ufw's, if ufw is at work. A link to /etc/sysctl.conf, as Debian has one, is that file.
 */
function readAfterOurs({ sysctlFiles, security }: Pick<Facts, 'sysctlFiles' | 'security'>): readonly SysctlFile[] {
  const main = sysctlFiles.find(({ path }) => path === '/etc/sysctl.conf')
  const own = nameOf(SYSCTL_FILE)
  // They come in the order of their directories, the strongest first: of a map's entries the last one stays.
  const byName = new Map(
    sysctlFiles
      .filter(isInDirectory)
      .toReversed()
      .map((file) => [nameOf(file.path), file]),
  )
  const later = [...byName.values()]
    .filter((file) => nameOf(file.path) > own && !(file.isLink && file.text === main?.text))
    .toSorted((a, b) => (nameOf(a.path) < nameOf(b.path) ? -1 : 1))
  const ufw = security.firewalls.includes('ufw')
  return [...later, ...sysctlFiles.filter((file) => !isInDirectory(file) && (file === main || ufw))]
}

const ASSIGNMENT = /^\s*(-?)\s*([^\s#;=-][^=]*?)\s*(?:(=)\s*(.*?)\s*)?$/

/** `key = value`, `-key = value` (no complaint if it fails) or `-key` (never set), as sysctl.d(5) has them; the key with dots. */
function assignmentOf(line: string): Pick<Rival, 'key' | 'value'> | undefined {
  const [, minus, name = '', equals, value = ''] = ASSIGNMENT.exec(line) ?? []
  if (name === '' || (equals === undefined && minus !== '-')) return undefined
  return { key: withDots(name), ...(equals === undefined ? {} : { value }) }
}

/** The first separator decides what the others are: `net/ipv4/conf/eth0.1/x` and `net.ipv4.conf.eth0/1.x` are one key. */
function withDots(name: string): string {
  const plain = name.replaceAll(/\/+/g, '/').replace(/^\//, '')
  if (/[./]/.exec(plain)?.[0] !== '/') return plain
  return plain.replaceAll(/[./]/g, (mark) => (mark === '/' ? '.' : '/'))
}
