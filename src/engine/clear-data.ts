import { sh, type Script } from '../shell.js'

/**
 * Removes directories with all in them, and nothing that another filesystem holds: what is mounted beneath is unmounted first. A
 * directory that is a mount point itself, or that somebody put on another disk by a link, stays, empty.
 */
export function clearData(directories: readonly string[]): readonly Script[] {
  if (directories.length === 0) return []
  return [
    sh`for directory in ${directories}; do
  [ -d "$directory" ] || continue
  place=$(readlink -f -- "$directory") || exit 1
  awk -v under="$place/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | sort -r |
    while read -r mount; do umount -- "$mount" || exit 1; done || exit 1
  find "$place" -xdev -mindepth 1 -delete || exit 1
  if [ "$place" != "$directory" ] || rmdir -- "$directory" 2>/dev/null; then continue; fi
done`,
  ]
}
