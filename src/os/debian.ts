import { explainFailure } from './apt-failures.js'
import { hold, install, remove } from './apt.js'
import { list, query, read, upstream } from './dpkg.js'
import type { OsFamily } from './os-family.js'

/** Debian and Ubuntu. */
export const debian: OsFamily = {
  id: 'debian',
  packages: { query, read, install, hold, remove, list, upstream, explainFailure },
}
