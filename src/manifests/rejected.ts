import { TripodError } from '../errors.js'

/** A manifest that must not be used, and why: `SOURCE says`. */
export function rejected(source: string, why: string, fix: string): TripodError {
  return new TripodError('SOURCE_REJECTED', `the manifest ${source} ${why}`, fix)
}
