import { createHash } from 'node:crypto'

/** The bytes that came are not the file: too few, too many, or others. */
export class NotWhole extends Error {}

/** What a file must be. */
export interface Whole {
  /** Bytes. */
  readonly size: number
  /** Of all bytes, in hex. */
  readonly sha256: string
}

/** Judges the bytes of a stream as they pass. */
export class Judge {
  readonly #wanted: Whole
  readonly #hash = createHash('sha256')
  #size = 0

  constructor(wanted: Whole) {
    this.#wanted = wanted
  }

  get isFull(): boolean {
    return this.#size === this.#wanted.size
  }

  /** Throws NotWhole at the first byte too many. */
  see(chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#wanted.size) throw new NotWhole(`it has more than its ${this.#wanted.size} bytes`)
    this.#hash.update(chunk)
  }

  /** Throws NotWhole unless all bytes passed, and no others. */
  conclude(): void {
    const { size, sha256 } = this.#wanted
    if (this.#size !== size) throw new NotWhole(`${this.#size} of its ${size} bytes came`)
    const seen = this.#hash.digest('hex')
    if (seen !== sha256) throw new NotWhole(`its bytes have the sha256 ${seen}, not ${sha256}`)
  }
}
