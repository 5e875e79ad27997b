import type { CommandResource } from '../../resources/resource.js'
import { lines, sh } from '../../shell.js'

/**
 * Swap off, now. The scripts read `proc`, the node's /proc. A kernel without swap has no /proc/swaps; that is as good as off.
 * swapoff brings everything back into memory: it is refused where that would not fit.
 */
export function swapoff(proc = '/proc'): CommandResource {
  const swaps = `${proc}/swaps`
  return {
    kind: 'command',
    id: 'swapoff',
    summary: 'swapoff -a',
    doneText: '/proc/swaps lists nothing',
    doneWhen: sh`
[ -e ${swaps} ] || exit 0
on=$(awk 'NR > 1 { print $1 " is on, " $3 " KiB" }' ${swaps}) || exit 2
[ -n "$on" ] || exit 0
printf '%s\n' "$on"
exit 1`,
    run: sh`
used=$(awk 'NR > 1 { sum += $4 } END { print sum + 0 }' ${swaps}) || exit 1
free=$(awk '$1 == "MemAvailable:" { print $2 }' ${`${proc}/meminfo`}) || exit 1
if [ "$used" -ge "$free" ]; then
  echo "$used KiB are swapped out and $free KiB of memory are available: switching swap off would run out of memory" >&2
  exit 1
fi
swapoff -a`,
    remember: sh`[ ! -e ${swaps} ] || awk 'NR > 1 { print $5, $1 }' ${swaps}`,
    undo: { run: swapon, summary: 'swapon what was on' },
    timeoutSeconds: 900,
    detached: true,
  }
}

/** Takes lines of `<priority> <path>`. zram comes back with the unit that makes it, a deleted file not at all. */
function swapon(remembered: string): ReturnType<typeof sh> {
  const former = formerOf(remembered).filter(({ path }) => !path.startsWith('/dev/zram'))
  // Priorities below zero are the kernel's own choice and cannot be asked for.
  const commands = former.map(({ priority, path }) =>
    priority < 0 ? sh`swapon -- ${path}` : sh`swapon -p ${priority} -- ${path}`,
  )
  return lines([sh`set -e`, ...commands])
}

/** Without deleted files: they cannot come back. */
function formerOf(remembered: string): readonly { readonly priority: number; readonly path: string }[] {
  return remembered
    .split('\n')
    .map((line) => /^(-?\d+) (.+)$/.exec(line.trim()))
    .flatMap((match) => (match ? [{ priority: Number(match[1]), path: decoded(match[2] ?? '') }] : []))
    .filter(({ path }) => !path.endsWith('(deleted)'))
}

/** Paths that were on before it ran for the first time, and are not now; none if it never had to run. */
export function stillOff(remembered: unknown, active: readonly { readonly path: string }[]): readonly string[] {
  if (typeof remembered !== 'string') return []
  const on = new Set(active.map(({ path }) => path))
  return formerOf(remembered).flatMap(({ path }) => (on.has(path) ? [] : [path]))
}

/** The kernel writes spaces and the like of a path as \040. */
function decoded(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)))
}
