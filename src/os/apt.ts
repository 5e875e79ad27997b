import { lines, sh, type Script } from '../shell.js'
import { throughProxy } from './proxy-environment.js'
import type { WantedPackage } from './os-family.js'

/** Longest wait for another package manager, in seconds: unattended upgrades take minutes. */
const LOCK_SECONDS = 600

const OPTIONS = [
  ['-q', '-y'],
  ['-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`],
  ['-o', 'Dpkg::Options::=--force-confold', '-o', 'Dpkg::Options::=--force-confdef'],
  ['-o', 'Dpkg::Use-Pty=0', '-o', 'Acquire::Retries=3'],
].flat()

// dpkg and apt's own list lock do not wait: `patiently` does it for them. A failure of another kind ends it at once.
const PREPARE = sh`
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l
${throughProxy}
patiently() {
  waited=0
  until said=$("$@" 2>&1); do
    code=$?
    printf '%s\n' "$said"
    case $said in *'get lock'* | *'was locked by'*) ;; *) return $code ;; esac
    if [ $waited -ge ${LOCK_SECONDS} ]; then return $code; fi
    sleep 5
    waited=$((waited + 5))
  done
  printf '%s\n' "$said"
}
broken=$(dpkg --audit) || exit $?
if [ -n "$broken" ] || ls /var/lib/dpkg/updates | grep -q '^[0-9]'; then
  patiently dpkg --force-confold --force-confdef --configure -a || exit $?
fi`

// Installations follow one another within a run: lists of the last minutes serve while nobody touched the sources. One that
// cannot be refreshed stops nothing by itself: some other repository of the machine is often out of order, and what is asked
// for is there or not. Where it is not, the failed refresh is the reason that is given.
const REFRESH = sh`
stale=0
stamp=/run/tripod/apt-lists
recent=$(find "$stamp" -mmin -10 2>/dev/null)
if [ -z "$recent" ] || [ -n "$(find /etc/apt -newer "$stamp" -print -quit)" ]; then
  if patiently apt-get -q update --error-on=any; then
    mkdir -p -m 0700 /run/tripod && : >"$stamp" || exit $?
  else
    stale=$?
    case $said in *'get lock'* | *'was locked by'*) exit $stale ;; esac
  fi
fi
set --`

// Exact versions instead of apt's globs: any packaging revision of the wanted version, and a refusal that lists what there is.
const choose = ({ name, version }: WantedPackage): Script => {
  if (version === undefined) return sh`set -- "$@" ${name}`
  const pattern = `^([0-9]+:)?${version.replaceAll(/[.+*?()[\]{}|^$\\]/g, '\\$&')}([.~+-]|$)`
  return sh`offered=$(apt-cache madison ${name} | awk -F ' *[|] *' '!seen[$2]++ { print $2 }')
chosen=$(printf '%s\n' "$offered" | grep -E -m1 -e ${pattern}) || {
  [ $stale -eq 0 ] || exit $stale
  printf 'tripod: no version %s of %s; offered: %s\n' ${version} ${name} "$(printf '%s' "$offered" | tr '\n' ' ')"
  exit 100
}
set -- "$@" ${name}="$chosen"`
}

const holdAll = (names: readonly string[]): Script =>
  names.length === 0 ? sh`` : sh`patiently apt-mark hold ${names} || exit $?`

const release = (names: readonly string[]): Script =>
  names.length === 0 ? sh`` : sh`patiently apt-mark unhold ${names} || exit $?`

const namesOf = (packages: readonly WantedPackage[]) => packages.map(({ name }) => name)

/**
 * Heals an interrupted dpkg, refreshes the lists, installs all in one transaction and holds. Only the named packages are
 * released for it, and nothing may be removed: other held packages and the user's software stay as they are.
 */
export function install(packages: readonly WantedPackage[], along: readonly string[] = []): Script {
  const downgrade = packages.some(({ version }) => version !== undefined) ? ['--allow-downgrades'] : []
  return lines([
    PREPARE,
    REFRESH,
    ...packages.map(choose),
    release([...namesOf(packages), ...along]),
    sh`apt-get ${OPTIONS} --no-install-recommends --no-remove ${downgrade} install "$@" || exit $?`,
    holdAll([...namesOf(packages.filter(({ held }) => held)), ...along]),
  ])
}

/** Holds and releases packages that are there. */
export function hold(packages: readonly WantedPackage[]): Script {
  const held = namesOf(packages.filter((wanted) => wanted.held))
  return lines([PREPARE, holdAll(held), release(namesOf(packages.filter((wanted) => !wanted.held)))])
}

/**
 * Purges exactly these, held or not; dpkg refuses when another package needs one of them. What came along with them goes in the
 * same transaction, and stays where something else needs it by now. A configuration that is not the package's own text, which
 * may have lain there before the package, outlives it.
 */
export function remove(names: readonly string[], along: readonly string[] = []): Script {
  if (names.length === 0) return sh`:`
  return lines([
    PREPARE,
    KEEPING,
    sh`keep ${[...names, ...along]}`,
    sh`patiently dpkg --purge -- ${[...names, ...along]}; code=$?`,
    sh`give_back`,
    sh`[ $code -ne 0 ] || exit 0`,
    // With all of them named, a failure is one; what came along may stay.
    along.length === 0
      ? sh`exit $code`
      : sh`for name in ${names}; do case $(dpkg-query -W -f ${'${db:Status-Abbrev}'} "$name" 2>/dev/null) in ?[!n]*) exit $code ;; esac; done`,
  ])
}

const KEEPING = sh`
kept=$(mktemp -d) || exit 1
trap 'rm -rf -- "$kept"' EXIT
keep() {
  dpkg-query -W -f ${'${Conffiles}\n'} -- "$@" 2>/dev/null | while read -r path sum rest; do
    if [ -n "$rest" ] || [ ! -f "$path" ]; then continue; fi
    [ "$(md5sum <"$path" | head -c 32)" = "$sum" ] || cp -p --parents -- "$path" "$kept" || exit 1
  done || exit 1
}
give_back() {
  (cd "$kept" && find . -type f) | while read -r path; do
    if [ ! -e "/$path" ]; then mkdir -p -- "$(dirname -- "/$path")" && cp -p -- "$kept/$path" "/$path" || exit 1; fi
  done
}`

/**
 * Removes them and nothing else, their configuration left; dpkg refuses when another package needs one of them. Their successor
 * is downloaded before: what apt would remove for it stays until then.
 */
export function takeAway(names: readonly string[], successor: string): Script {
  return lines([
    PREPARE,
    REFRESH,
    sh`apt-get ${OPTIONS} --no-install-recommends --download-only install ${successor} || exit $?`,
    sh`patiently dpkg --remove -- ${names}`,
  ])
}
