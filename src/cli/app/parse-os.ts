import { TripodError } from '../../errors.js'
import type { OsRelease } from '../../inventory/cluster.js'
import { readOs } from '../../inventory/read/read-os.js'

/** `debian12`, `ubuntu24.04`, `rocky-9` as in os-release. Throws USAGE. */
export function parseOs(text: string): OsRelease {
  const os = readOs(text)
  if (os !== undefined) return os
  throw new TripodError(
    'USAGE',
    `--os ${JSON.stringify(text)} is not the name and version of a distribution`,
    'Write it like debian12.',
  )
}
