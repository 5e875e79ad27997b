import { sh } from '../shell.js'

/**
 * `unmount_beneath DIRECTORY`: all that is mounted beneath it goes, deepest first, again and again, for mounts lie on each other. Each is
 * made private before: what is mounted on a peer of it elsewhere is somebody else's, and would go along. Fails, naming what is left, as
 * soon as nothing moves any more; it fails as well if it cannot tell what is mounted. Paths stand in /proc/self/mounts with their blanks in octal.
 */
export const UNMOUNT_BENEATH = sh`
mounted_beneath() {
  found=$(awk -v under="$1/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts) || return 1
  [ -z "$found" ] || printf '%s\n' "$found" | sort -r
}
each_mount() {
  printf '%s\n' "$mounts" | uniq | while IFS= read -r mount; do "$@" "$(printf '%b' "$mount")"; done
}
unmount_beneath() {
  mounts=$(mounted_beneath "$1") || return 1
  while [ -n "$mounts" ]; do
    before=$(printf '%s\n' "$mounts" | wc -l)
    why=$(each_mount mount --make-private 2>&1; each_mount umount 2>&1)
    mounts=$(mounted_beneath "$1") || return 1
    if [ -n "$mounts" ] && [ "$(printf '%s\n' "$mounts" | wc -l)" -ge "$before" ]; then
      printf '%s\n' "$why" "still mounted: $(each_mount printf '%s ')" >&2
      return 1
    fi
  done
}`
