import type { PackageReading } from '../resources/readings.js'
import { sh, type Script } from '../shell.js'

const ROW = 'is |%{NAME}|%{VERSION}-%{RELEASE}\\n'
/** Where dnf's versionlock keeps what it holds (dnf-versionlock(8)). */
export const LOCKS = '/etc/dnf/plugins/versionlock.list'

/** One rpm for all names, and the list of what is held. */
export function query(names: readonly string[]): Script {
  if (names.length === 0) return sh`:`
  return sh`rpm -q --qf ${ROW} -- ${names} 2>&1
if [ -e ${LOCKS} ]; then sed -n 's/^[^#!]/held &/p' ${LOCKS}; fi`
}

/** Names of installed packages, one a line. The keys that dnf takes in count as packages, all of one name, and are none. */
export function list(): Script {
  return sh`names=$(rpm -qa --qf '%{NAME}\n') || exit $?
printf '%s\n' "$names" | sed '/^gpg-pubkey$/d'`
}

/** 0 it is not installed, 1 it is. */
export function isAway(name: string): Script {
  return sh`said=$(rpm -q -- ${name} 2>&1) && exit 1
case $said in *error:*) ;; *'is not installed'*) exit 0 ;; esac
echo "$said"
exit 2`
}

/** Reads rows `is |kubelet|1.28.15-150500.1.1`, `package NAME is not installed` and `held kubelet-0:1.28.15-150500.1.1.*`. */
export function read(names: readonly string[], output: string): ReadonlyMap<string, PackageReading> {
  const lines = output.split('\n')
  return new Map(names.map((name) => [name, readOne(name, lines)]))
}

function readOne(name: string, lines: readonly string[]): PackageReading {
  const rows = lines.map((line) => line.split('|')).filter(([mark, own]) => mark === 'is ' && own === name)
  const version = rows.at(-1)?.[2]
  if (version !== undefined) return { state: 'present', version, held: isHeld(name, lines), complete: true }
  // Of a database that it cannot read, rpm says both: what is wrong with it, and that nothing is installed.
  const complaint = lines.find((line) => line.startsWith('error: '))
  if (complaint === undefined && lines.includes(`package ${name} is not installed`)) return { state: 'absent' }
  return { state: 'unknown', reason: complaint ?? lines.find(isNoProgram) ?? 'rpm says nothing about it' }
}

const isNoProgram = (line: string): boolean => /rpm: .*not found/.test(line)

/** A lock is name, epoch and version; other names may begin with this one. */
function isHeld(name: string, lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith(`held ${name}-`) && /^\d/.test(line.slice(`held ${name}-`.length)))
}

/** Version without epoch and release. */
export function upstream(version: string): string {
  return version
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[~^+].*$/, '')
}
