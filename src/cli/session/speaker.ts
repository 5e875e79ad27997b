import type { TripodError } from '../../errors.js'

/** Who speaks to the operator, and who it is. */
export interface Speaker {
  readonly config: { readonly bin: string; readonly version: string }
  /** To stdout: the result. */
  readonly log: (text: string) => void
  /** To stderr: for people alone. */
  readonly say: (text: string) => void
  /** Throws it, unless the result says it, as data does. */
  readonly refuse: (refusal: TripodError | undefined) => void
}
