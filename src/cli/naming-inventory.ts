import { TripodError } from '../errors.js'
import { quote } from '../shell.js'

const SCAN = 'tripod trust scan'

function named(error: TripodError, path: string): TripodError {
  const { failures, ...detail } = error.detail
  const hint = error.hint.replaceAll(SCAN, () => `${SCAN} -i ${quote(path)}`)
  const all = failures?.map((failure) => named(failure, path))
  return new TripodError(error.code, error.message, hint, { ...detail, ...(all && { failures: all }) })
}

/** Connections know nodes and no files: here the command of their hint gets its `-i FILE`, so that it can be typed as it stands. */
export function namingInventory(path: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof TripodError && error.code !== 'INTERRUPTED' ? named(error, path) : error
  }
}
