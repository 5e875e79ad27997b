import { lines, sh, type Script } from '../shell.js'
import type { WantedPackage } from './os-family.js'
import { LOCKS } from './rpm.js'

const OPTIONS = ['-y', '--setopt=install_weak_deps=False']

// Exact versions, as with apt: any release of the wanted version, the newest one, and a refusal that lists what there is.
const choose = ({ name, version }: WantedPackage): Script => {
  if (version === undefined) return sh`set -- "$@" ${name}`
  const pattern = `^([0-9]+:)?${version.replaceAll(/[.+*?()[\]{}|^$\\]/g, '\\$&')}([.~^+-]|$)`
  // Without the locks, which hide every other version.
  return sh`listed=$(dnf -q --disableplugin=versionlock list --showduplicates ${name}) || [ -z "$listed" ] || exit $?
offered=$(printf '%s\n' "$listed" | awk -v name=${name} 'index($1, name ".") == 1 && !seen[$2]++ { print $2 }')
chosen=$(printf '%s\n' "$offered" | grep -E -e ${pattern} | sort -V | tail -n 1)
if [ -z "$chosen" ]; then
  printf 'tripod: no version %s of %s; offered: %s\n' ${version} ${name} "$(printf '%s' "$offered" | tr '\n' ' ')"
  exit 100
fi
set -- "$@" ${name}-"$chosen"`
}

const holdAll = (names: readonly string[]): Script =>
  names.length === 0 ? sh`` : sh`dnf -q versionlock add ${names} || exit $?`

/** Only those that are locked: dnf fails for others. */
const release = (names: readonly string[]): Script =>
  lines(
    names.map(
      (name) =>
        sh`if grep -qs ${`^${name.replaceAll('.', '\\.')}-[0-9]`} ${LOCKS}; then dnf -q versionlock delete ${name} || exit $?; fi`,
    ),
  )

const namesOf = (packages: readonly WantedPackage[]) => packages.map(({ name }) => name)

/**
 * Installs all in one transaction and holds. dnf waits for other package managers by itself, refreshes what is stale, and
 * removes nothing that is in the way unless it is told to, which it never is here.
 */
export function install(packages: readonly WantedPackage[], along: readonly string[] = []): Script {
  return lines([
    sh`set --`,
    ...packages.map(choose),
    release([...namesOf(packages), ...along]),
    sh`dnf ${OPTIONS} install "$@" || exit $?`,
    holdAll([...namesOf(packages.filter(({ held }) => held)), ...along]),
  ])
}

/** Holds and releases packages that are there. */
export function hold(packages: readonly WantedPackage[]): Script {
  const held = namesOf(packages.filter((wanted) => wanted.held))
  return lines([release(namesOf(packages)), holdAll(held)])
}

/** Removes exactly these; rpm refuses when another package needs one of them. What was changed by hand stays as .rpmsave. */
export function remove(names: readonly string[], along: readonly string[] = []): Script {
  if (names.length === 0) return sh`:`
  if (along.length === 0) return lines([release(names), sh`rpm -e -- ${names}`])
  return lines([
    release(names),
    sh`set -- ${names}`,
    sh`for name in ${along}; do if rpm -q -- "$name" >/dev/null; then set -- "$@" "$name"; fi; done`,
    // What came along may be needed by something else by now: then it stays.
    sh`rpm -e -- "$@" || rpm -e -- ${names}`,
  ])
}
