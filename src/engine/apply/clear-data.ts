import { sh, type Script } from '../../shell.js'
import { UNMOUNT_BENEATH } from '../../resources/unmount-beneath.js'

/**
 * Removes directories with all in them, and nothing that another filesystem holds: what is mounted beneath is unmounted first. If
 * something stays mounted, nothing of that directory is removed. A directory that is a mount point itself, or that somebody put on
 * another disk by a link, stays, empty.
 */
export function clearData(directories: readonly string[]): readonly Script[] {
  if (directories.length === 0) return []
  return [
    sh`${UNMOUNT_BENEATH}
for directory in ${directories}; do
  [ -d "$directory" ] || continue
  place=$(readlink -f -- "$directory") || exit 1
  if ! unmount_beneath "$place"; then
    echo "$directory is left as it is: what is mounted beneath it cannot be unmounted" >&2
    exit 1
  fi
  find "$place" -xdev -mindepth 1 -delete || exit 1
  if [ "$place" != "$directory" ] || rmdir -- "$directory" 2>/dev/null; then continue; fi
done`,
  ]
}
