import { TripodError } from '../errors.js'
import type { OsRelease } from '../inventory/cluster.js'

/** `debian12`, `ubuntu24.04`, `rocky-9` as in os-release. Throws USAGE. */
export function parseOs(text: string): OsRelease {
  const [, id, version] = /^([a-z]+)[-:]?(\d+(?:\.\d+)*)$/.exec(text.toLowerCase()) ?? []
  if (id !== undefined && version !== undefined) return { id, version }
  throw new TripodError(
    'USAGE',
    `--os ${JSON.stringify(text)} is not the name and version of a distribution`,
    'Write it like debian12.',
  )
}
