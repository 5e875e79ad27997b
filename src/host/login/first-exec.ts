import { TripodError } from '../../errors.js'

/**
 * Lets one exec go first, until it is known whether sudo lets us in: a wrong password costs one attempt, not one for each
 * command under way, and is never tried again.
 */
export class FirstExec {
  #verdict: Promise<void> | undefined

  /** Whether an exec got in already. */
  proven = false

  /** `exec` calls `started` when the script runs as root. */
  async guard<T>(exec: (started: () => void) => Promise<T>): Promise<T> {
    if (this.#verdict) {
      await this.#verdict
      return exec(() => undefined)
    }
    const { promise, resolve, reject } = deferred()
    this.#verdict = promise
    const started = (): void => {
      this.proven = true
      resolve()
    }
    try {
      return await exec(started)
    } catch (error) {
      if (!(error instanceof TripodError && error.code === 'SUDO_REFUSED') && !this.proven) this.#verdict = undefined
      reject(error)
      throw error
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } {
  let resolve: () => void = () => undefined
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // Often nobody waits for it.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
