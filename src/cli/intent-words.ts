import type { PlanDocument } from '../document/plan-document.js'
import { TripodError } from '../errors.js'
import { quote } from '../shell.js'
import type { Intent } from '../steps/intent.js'
import { selectorWords } from './selector-words.js'

/** The words that ask for it: `reset`, `node remove w2 --forget`, `node replace m3 --with m4`. */
export function intentWords(intent: Intent): string {
  if (intent.do === 'replace') return `node replace ${quote(intent.node.name)} --with ${quote(intent.by)}`
  const { nodes, whole, gone } = intent
  if (whole) return 'reset'
  const names = nodes.map(({ name }) => quote(name))
  const which =
    names.length === 1 ? `node remove ${names.join('')}` : `reset${names.map((name) => ` --node ${name}`).join('')}`
  return gone ? `${which} --forget` : which
}

type Planned = Pick<PlanDocument, 'intent' | 'cluster' | 'selectors'>

const asked = (words: string, { cluster, ...plan }: Planned): string =>
  `tripod ${words} -i ${quote(cluster.inventoryPath)}${selectorWords(plan)}`

/** The command that makes such a plan, and saves it. */
export function planAgain(plan: Planned, file: string): string {
  return `${asked(plan.intent === undefined ? 'plan' : intentWords(plan.intent), plan)} --out ${quote(file)}`
}

/** The command that makes such a plan, asks, and carries it out. */
export function workCommand(plan: Planned): string {
  return asked(plan.intent === undefined ? 'apply' : intentWords(plan.intent), plan)
}

/** The command that carries it out, of the file that it was saved to. */
export function againWith(plan: Planned, file: string | undefined): string {
  return file === undefined ? workCommand(plan) : `tripod apply ${quote(file)}`
}

/** The engine knows an apply: whoever asked for something else is not sent to do everything again, nor to leave out what it is about. */
export function inWordsOf(intent: Intent | undefined, error: unknown, inventoryPath: string): unknown {
  if (intent === undefined || !(error instanceof TripodError)) return error
  return renamed({ intent, inventory: `-i ${quote(inventoryPath)}` }, error)
}

interface Asked {
  readonly intent: Intent
  readonly inventory: string
}

function renamed(asked: Asked, { code, message, hint, detail }: TripodError): TripodError {
  const command = `tripod ${intentWords(asked.intent)} ${asked.inventory}`
  const words = (text: string): string =>
    text
      .replaceAll('`tripod apply`', () => `\`${command}\``)
      .replaceAll('`tripod plan`', () => `\`${command} --dry-run\``)
  const failures = detail.failures?.map((failure) => renamed(asked, failure))
  const fix = words(hint).replace(...leftOut(asked, detail.node))
  return new TripodError(code, words(message), fix, { ...detail, ...(failures && { failures }) })
}

/** Who is to be taken back cannot be left out of it: where it does not answer, it may be gone. */
function leftOut({ intent, inventory }: Asked, node = ''): [advice: string, instead: () => string] {
  const isAsked = intent.do === 'reset' && !intent.whole && intent.nodes.some(({ name }) => name === node)
  const advice = `, or leave it out: --skip-node ${node}`
  const forget = `; is it lost for good: tripod node remove ${quote(node)} --forget ${inventory}`
  return [advice, () => (isAsked ? forget : advice)]
}
