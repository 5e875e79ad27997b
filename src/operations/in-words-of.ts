import { TripodError } from '../errors.js'
import { quote } from '../shell.js'
import type { NodeRef } from './node-ref.js'

/** Whoever asked for something else than an apply. */
export interface Asked {
  /** The words after `tripod` that do it. */
  readonly command: string
  /** Nodes that it is about. */
  readonly about: readonly NodeRef[]
  readonly inventoryPath: string
}

/** The engine knows an apply: whoever asked for something else is not sent to do everything again, nor to leave out what it is about. */
export function inWordsOf(asked: Asked, error: unknown): unknown {
  return asked.command === 'apply' || !(error instanceof TripodError) ? error : renamed(asked, error)
}

function renamed(asked: Asked, { code, message, hint, detail }: TripodError): TripodError {
  const command = `tripod ${asked.command} -i ${quote(asked.inventoryPath)}`
  const words = (text: string): string =>
    text
      .replaceAll('`tripod apply`', () => `\`${command}\``)
      .replaceAll('`tripod plan`', () => `\`${command} --dry-run\``)
  const failures = detail.failures?.map((failure) => renamed(asked, failure))
  const fix = words(hint).replace(...leftOut(asked, detail.node))
  return new TripodError(code, words(message), fix, { ...detail, ...(failures && { failures }) })
}

/** Who is to be taken back cannot be left out of it: where it does not answer, it may be gone. */
function leftOut({ about, inventoryPath }: Asked, node = ''): [advice: string, instead: () => string] {
  const advice = `, or leave it out: --skip-node ${node}`
  const forget = `; is it lost for good: tripod node remove ${quote(node)} --forget -i ${quote(inventoryPath)}`
  return [advice, () => (about.some(({ name }) => name === node) ? forget : advice)]
}
