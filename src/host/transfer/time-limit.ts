/** How long something may take. It can be set anew while it runs: progress earns more time. */
export class TimeLimit {
  readonly #why: (seconds: number) => string
  #seconds: number
  #timer: NodeJS.Timeout | undefined
  #onPast: ((why: string) => void) | undefined

  /** `why` says what it means that so many seconds are over. */
  constructor(seconds: number, why: (seconds: number) => string) {
    this.#seconds = seconds
    this.#why = why
  }

  get seconds(): number {
    return this.#seconds
  }

  /** `onPast` is called once, unless `stop` comes first. */
  start(onPast: (why: string) => void): void {
    this.#onPast = onPast
    this.setAnew(this.#seconds)
  }

  /** Counts from now. */
  setAnew(seconds: number): void {
    clearTimeout(this.#timer)
    this.#seconds = seconds
    const onPast = this.#onPast
    if (onPast)
      this.#timer = setTimeout(() => {
        onPast(this.#why(seconds))
      }, seconds * 1000)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#onPast = undefined
  }
}
