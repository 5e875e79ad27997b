import type { OsFamily } from '../os/os-family.js'
import { lines, sh, type Script } from '../shell.js'
import { objectsInput, objectsScript } from './object-probe.js'
import type { CheckNeed, Needs, ObjectNeed, PathNeed } from './readings.js'

/** Directory of the stamps that say with which files a daemon was last restarted (architecture.md 3.1 e). */
export const STAMP_DIRECTORY = '/run/tripod/applied'

/** All needs of a node in one: no path, package, unit or check is read twice. */
export interface ProbeNeeds {
  readonly paths: readonly PathNeed[]
  readonly packages: readonly string[]
  readonly units: readonly string[]
  readonly checks: readonly CheckNeed[]
  /** Of one API server. */
  readonly objects: readonly ObjectNeed[]
}

/** Merges what the resources need. Of two wishes for a path's text, `secret` wins, then the one that wants more. */
export function mergeNeeds(needs: readonly Needs[]): ProbeNeeds {
  const paths = new Map<string, PathNeed>()
  for (const need of needs.flatMap((one) => one.paths ?? [])) {
    const other = paths.get(need.path)
    paths.set(need.path, other && rank(other) >= rank(need) ? other : need)
  }
  const checks = new Map(needs.flatMap((one) => one.checks ?? []).map((check) => [check.id, check]))
  return {
    paths: [...paths.values()],
    packages: [...new Set(needs.flatMap((one) => one.packages ?? []))],
    units: [...new Set(needs.flatMap((one) => one.units ?? []))],
    checks: [...checks.values()],
    objects: needs.flatMap((one) => one.objects ?? []),
  }
}

function rank(need: PathNeed): number {
  if (typeof need.text === 'object') return 1
  return { 'not-needed': 0, always: 2, secret: 3 }[need.text]
}

/**
 * The one read-only script that reads all of it: one stat, one sha256sum, one package query, one systemctl show, and the
 * checks, which are mostly shell builtins. What it is asked of objects comes on its stdin (`probeInput`). `marker` frames the sections; it must be hard to guess, for files are printed too.
 */
export function probeScript(needs: ProbeNeeds, os: OsFamily, marker: string): Script {
  const sections = [
    ...(needs.paths.length > 0 ? [section(marker, 'paths', pathsScript(needs.paths))] : []),
    ...(needs.packages.length > 0 ? [section(marker, 'packages', os.packages.query(needs.packages))] : []),
    ...(needs.units.length > 0 ? [section(marker, 'units', unitsScript(needs.units))] : []),
    ...needs.checks.map((check) => checkScript(marker, check)),
    ...(needs.objects.length > 0 ? [section(marker, 'objects', objectsScript(needs.objects))] : []),
  ]
  const stdin = needs.objects.length > 0 ? sh`exec 3<&0 </dev/null` : sh`exec </dev/null`
  return lines([stdin, ...sections, sh`printf '\n%s done\n' ${marker}`])
}

/** What the script reads on its stdin; undefined if it reads none. */
export function probeInput({ objects }: ProbeNeeds): Buffer | undefined {
  return objects.length === 0 ? undefined : objectsInput(objects)
}

function section(marker: string, name: string, script: Script): Script {
  return lines([sh`printf '\n%s %s\n' ${marker} ${name}`, sh`(`, script, sh`)`])
}

/** `printf` cuts what a talkative check says: the reason in the plan is a line or two. */
function checkScript(marker: string, check: CheckNeed): Script {
  return lines([
    sh`said=$( (`,
    check.script,
    sh`) 2>&1 )`,
    sh`printf '\n%s check %s %s\n%.4000s\n' ${marker} ${check.id} "$?" "$said"`,
  ])
}

function pathsScript(needs: readonly PathNeed[]): Script {
  const paths = needs.map((need) => need.path)
  const untold = needs.filter((need) => need.text === 'not-needed' || need.text === 'secret').map((need) => need.path)
  const known = needs.flatMap((need) => (typeof need.text === 'object' ? [`${need.text.unless} ${need.path}`] : []))
  return lines([
    sh`stat -c '%a %U:%G %s %.6Y %.6Z %F|%n' -- ${paths} 2>&1`,
    sh`untold=${list(untold)} known=${list(known)}`,
    sh`sha256sum -- ${paths} 2>/dev/null | while read -r hash path; do`,
    sh`  printf 'hash %s %s\n' "$hash" "$path"`,
    sh`  case "$untold" in *"`,
    sh`$path`,
    sh`"*) continue ;; esac`,
    sh`  case "$known" in *"`,
    sh`$hash $path`,
    sh`"*) continue ;; esac`,
    // One byte over the limit tells "too large" from "just fits".
    sh`  printf 'text %s ' "$path"; head -c 65537 -- "$path" | base64 -w0; echo`,
    sh`done`,
  ])
}

/** Items on lines of their own, a line break at both ends, so that a `case` pattern can find a whole line. */
function list(items: readonly string[]): string {
  return `\n${items.join('\n')}\n`
}

function unitsScript(units: readonly string[]): Script {
  return lines([
    sh`read -r up rest </proc/uptime; printf 'now %s %s\n' "$(date +%s.%N)" "$up"`,
    sh`for unit in ${units}; do`,
    sh`  if [ -e ${STAMP_DIRECTORY}/"$unit" ] && read -r stamp <${STAMP_DIRECTORY}/"$unit"; then printf 'stamp %s %s\n' "$unit" "$stamp"; fi`,
    sh`done`,
    sh`echo show`,
    sh`systemctl show -p Id,LoadState,ActiveState,UnitFileState,ActiveEnterTimestampMonotonic,NeedDaemonReload -- ${units}`,
    sh`echo "status $?"`,
  ])
}
