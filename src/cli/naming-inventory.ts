import { TripodError } from '../errors.js'
import { quote } from '../shell.js'

const SCAN = 'tripod trust scan'

/** Connections know nodes and no files: here the command of their hint gets its `-i FILE`, so that it can be typed as it stands. */
export function namingInventory(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TripodError) || !error.hint.includes(SCAN)) throw error
    const hint = error.hint.replace(SCAN, () => `${SCAN} -i ${quote(path)}`)
    throw new TripodError(error.code, error.message, hint, error.detail)
  }
}
