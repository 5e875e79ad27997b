import { messageOf, TripodError } from '../../errors.js'
import type { Collected } from '../collect.js'
import { NotWhole } from './download-file.js'

/** What came of the exec that moves a file. */
export interface Moved extends Collected {
  /** Why the bytes could not be read, judged or written on this side. */
  readonly failure?: unknown
}

/** How it is said that a file was not moved: `m1: /a was not written`. */
interface Move {
  readonly node: string
  readonly what: string
  readonly title: string
}

/** Throws TRANSFER_FAILED with the first reason in the order of causes: this computer, the node's own words, the bytes. */
export function refuseUnmoved({ node, what, title }: Move, { failure, code, stderr }: Moved): void {
  const refuse = (why: string, hint: string): TripodError =>
    new TripodError('TRANSFER_FAILED', `${node}: ${what}: ${why}`, hint, { node, output: stderr, cause: failure })
  const again = 'run the command again: it begins anew.'
  if (failure !== undefined && !(failure instanceof NotWhole))
    throw refuse(`on this computer: ${messageOf(failure)}`, `Correct that here, then ${again}`)
  if (code === null) {
    const message = `${node}: ${title} ended without an exit status; the file may be in place or not`
    throw new TripodError('OUTCOME_UNKNOWN', message, `Look at the node, then ${again}`, { node, output: stderr })
  }
  if (code !== 0) throw refuse(stderr.trim(), `Correct that on ${node}, then ${again}`)
  if (failure !== undefined)
    throw refuse(failure.message, `Run the command again: it begins anew. If it repeats, look at the disk of ${node}.`)
}
