import type { PackageReading } from '../resources/readings.js'
import { sh, type Script } from '../shell.js'

const FORMAT = '-f=${db:Status-Abbrev}|${Package}|${Version}\\n'
const STATUS = '-f=${db:Status-Status}'
const NAMES = '-f=${db:Status-Status} ${Package}\\n'

/** One dpkg-query for all names; without names it would list everything. */
export function query(names: readonly string[]): Script {
  return names.length === 0 ? sh`:` : sh`dpkg-query -W ${FORMAT} -- ${names} 2>&1`
}

/** Names of installed packages, one a line; removed ones of which configuration is left do not count. */
export function list(): Script {
  return sh`found=$(dpkg-query -W ${NAMES}) || exit $?
printf '%s\n' "$found" | sed -n 's/^installed //p'`
}

/** 0 it is not installed, 1 it is; its configuration may still be there. */
export function isAway(name: string): Script {
  return sh`state=$(dpkg-query -W ${STATUS} -- ${name} 2>&1)
case $? in
  0) case $state in *installed*) [ "$state" = not-installed ] ;; esac ;;
  1) exit 0 ;;
  *) echo "$state"; exit 2 ;;
esac`
}

/** Reads rows `hi |containerd|1.6.20~ds1-1+deb12u4` and `dpkg-query: no packages found matching NAME`. */
export function read(names: readonly string[], output: string): ReadonlyMap<string, PackageReading> {
  const lines = output.split('\n')
  return new Map(names.map((name) => [name, readOne(name, lines)]))
}

function readOne(name: string, lines: readonly string[]): PackageReading {
  const rows = lines.map((line) => line.split('|')).filter((parts) => parts.length === 3 && parts[1] === name)
  // On a multi-arch system there is a row for each architecture.
  const [status = '', , version = ''] = rows.find(([abbreviation = '']) => abbreviation[1] === 'i') ?? rows[0] ?? []
  if (rows.length === 0) return readMissing(name, lines)
  if (status[1] === 'n' || status[1] === 'c') return { state: 'absent' }
  return { state: 'present', version, held: status.startsWith('h'), complete: status[1] === 'i' && status[2] === ' ' }
}

function readMissing(name: string, lines: readonly string[]): PackageReading {
  if (lines.includes(`dpkg-query: no packages found matching ${name}`)) return { state: 'absent' }
  const complaint = lines.find((line) => /^dpkg-query: (?!no packages found)/.test(line) || /not found/.test(line))
  return { state: 'unknown', reason: complaint ?? 'dpkg-query says nothing about it' }
}

/** Version without epoch, Debian revision and repacking suffix. */
export function upstream(version: string): string {
  return version
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[~+].*$/, '')
}
