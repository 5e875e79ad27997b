/** A transfer of which nothing moves for so long has stalled. ssh2 tells of progress every 2 MiB: less than 17 KiB/s is a stall, too. */
export const STALL_SECONDS = 120

/** Bytes that a slow disk reads, or writes, in a second. */
const SLOW_DISK = 1_048_576

/** Seconds in which the last bytes arrive (two windows of 2 MiB may be under way) and the node reads all of the file and syncs it. */
export function untilChecked(size: number, stallSeconds: number): number {
  return 3 * stallSeconds + Math.ceil(size / SLOW_DISK)
}
