import { inWords, type Wording } from '../../next-step.js'
import { TripodError } from '../../errors.js'
import { quote } from '../../shell.js'
import { selectorWords } from '../app/selector-words.js'
import { type SelectorFlags, selectorsOf } from '../app/selectors.js'

/** A command as it was typed, without inventory and selectors. */
export interface AskedCommand {
  /** The words after `tripod` that do it. */
  readonly work: string
  /** The words that only show what it would do; left out: it changes nothing itself. */
  readonly look?: string
  /** Nodes that it is about. */
  readonly about?: readonly { readonly name: string }[]
  /** It has --skip-node; left out: no. */
  readonly skips?: boolean
}

/** How next steps name the command at hand: with its inventory and the part of the cluster that was chosen. */
export function wordingOf(
  flags: SelectorFlags & { readonly inventory: string },
  { work, look = work, about = [], skips = false }: AskedCommand,
): Wording {
  const { inventory: inventoryPath } = flags
  const typed = (words: string): string =>
    `tripod ${words} -i ${quote(inventoryPath)}${selectorWords({ selectors: selectorsOf(flags) })}`
  return { inventoryPath, again: typed(work), look: typed(look), skips, about: about.map(({ name }) => name) }
}

/** What was thrown, with the next steps of it and of all its failures in words. */
export function worded(thrown: unknown, wording: Wording): unknown {
  return thrown instanceof TripodError ? wordedError(thrown, wording) : thrown
}

function wordedError(error: TripodError, wording: Wording): TripodError {
  const { failures } = error.detail
  const detail = failures && { failures: failures.map((failure) => wordedError(failure, wording)) }
  const told = new TripodError(error.code, error.message, inWords(error.hint, wording), { ...error.detail, ...detail })
  return Object.assign(told, { stack: error.stack })
}
