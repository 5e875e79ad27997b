import { createHash } from 'node:crypto'

/** What a file must be. */
export interface Whole {
  /** Bytes. */
  readonly size: number
  /** Of all bytes, in hex. */
  readonly sha256: string
}

/** Judges the bytes of a stream as they pass. Throws what `not` makes of a reason. */
export class Judge {
  readonly #wanted: Whole
  readonly #not: (why: string) => Error
  readonly #hash = createHash('sha256')
  #size = 0

  constructor(wanted: Whole, not: (why: string) => Error) {
    this.#wanted = wanted
    this.#not = not
  }

  /** Throws at the first byte too many. */
  see(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#wanted.size) throw this.#not(`there are more than ${this.#wanted.size} bytes`)
    this.#hash.update(chunk)
  }

  /** Throws unless all bytes passed, and no others. */
  conclude(): void {
    const { size, sha256 } = this.#wanted
    if (this.#size !== size) throw this.#not(`there are ${this.#size} of ${size} bytes`)
    const seen = this.#hash.digest('hex')
    if (seen !== sha256) throw this.#not(`their sha256 is ${seen}, not ${sha256}`)
  }
}
