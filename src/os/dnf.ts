import { lines, sh, type Script } from '../shell.js'
import { throughProxy } from './proxy-environment.js'
import type { WantedPackage } from './os-family.js'
import { LOCKS } from './rpm.js'

/** Of tripod's own repositories, lists of the last ten minutes serve, as with apt; dnf would take those of two days. By name: dnf 4.7 knows no patterns here. */
const FRESH = ['kubernetes', 'docker'].map((id) => `--setopt=tripod-${id}.metadata_expire=600`)
const OPTIONS = ['-y', '--setopt=install_weak_deps=False', ...FRESH]
const LOCK_SECONDS = 600

// Exact versions, as with apt: any release of the wanted version, the newest one, and a refusal that lists what there is.
const choose = ({ name, version }: WantedPackage): Script => {
  if (version === undefined) return sh`set -- "$@" ${name}`
  const pattern = `^([0-9]+:)?${version.replaceAll(/[.+*?()[\]{}|^$\\]/g, '\\$&')}([.~^+-]|$)`
  // Without the locks, which hide every other version. Progress is printed among it.
  return sh`listed=$(dnf ${FRESH} --disableplugin=versionlock repoquery --qf 'offered %{name} %{arch} %{evr}' ${name}) || exit $?
offered=$(printf '%s\n' "$listed" | awk -v name=${name} '$1 == "offered" && $2 == name && $3 != "src" && !seen[$4]++ { print $4 }' | sort -V)
chosen=$(printf '%s\n' "$offered" | grep -E -e ${pattern} | tail -n 1)
if [ -z "$chosen" ]; then
  printf 'tripod: no version %s of %s; offered: %s\n' ${version} ${name} "$(printf '%s' "$offered" | tr '\n' ' ')"
  exit 100
fi
set -- "$@" ${name}-"$chosen"`
}

// What is locked is installed: no repository is asked, for it may be out of reach.
const LOCKING = sh`dnf --disablerepo='*' versionlock`

const holdAll = (names: readonly string[]): Script =>
  names.length === 0 ? sh`` : sh`${LOCKING} add ${names} || exit $?`

/** Only those that are locked: dnf fails for others. */
const release = (names: readonly string[]): Script =>
  lines(
    names.map(
      (name) =>
        sh`if grep -qs ${`^${name.replaceAll('.', '\\.')}-[0-9]`} ${LOCKS}; then ${LOCKING} delete ${name} || exit $?; fi`,
    ),
  )

const namesOf = (packages: readonly WantedPackage[]) => packages.map(({ name }) => name)

/**
 * Installs all in one transaction and holds. dnf waits for other package managers by itself, refreshes what is stale, and
 * removes nothing that is in the way unless it is told to, which it never is here.
 */
export function install(packages: readonly WantedPackage[], along: readonly string[] = []): Script {
  return lines([
    throughProxy,
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

// rpm does not wait for another package manager, as dnf does.
const ERASE = sh`
erase() {
  there=$(rpm -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n' "$@") || return $?
  set -- $there
  if [ $# -eq 0 ]; then return 0; fi
  waited=0
  until said=$(rpm -e -- "$@" 2>&1); do
    code=$?
    printf '%s\n' "$said"
    case $said in *'transaction lock'*) ;; *) return $code ;; esac
    if [ $waited -ge ${LOCK_SECONDS} ]; then return $code; fi
    sleep 5
    waited=$((waited + 5))
  done
}`

/**
 * Removes those of them that are there: rpm would refuse all for one that is not, and does when another package needs one of
 * them. What came along with them stays where something else needs it by now. What was changed by hand stays as .rpmsave.
 */
export function remove(names: readonly string[], along: readonly string[] = []): Script {
  if (names.length === 0) return sh`:`
  return lines([
    release(names),
    ERASE,
    along.length === 0 ? sh`erase ${names}` : sh`erase ${[...names, ...along]} || erase ${names}`,
  ])
}
