import type { PlanDocument } from '../../document/plan-document.js'
import { quote } from '../../shell.js'
import { selectorWords } from '../app/selector-words.js'

type Planned = Pick<PlanDocument, 'command' | 'cluster' | 'selectors'>

const asked = (words: string, { cluster, ...plan }: Planned): string =>
  `tripod ${words} -i ${quote(cluster.inventoryPath)}${selectorWords(plan)}`

/** The command that makes such a plan, and saves it. */
export function planAgain(plan: Planned, file: string): string {
  return `${asked(plan.command.look, plan)} --out ${quote(file)}`
}

/** The command that makes such a plan, asks, and carries it out. */
export function workCommand(plan: Planned): string {
  return asked(plan.command.work, plan)
}

/** The command that carries it out, of the file that it was saved to. */
export function againWith(plan: Planned, file: string | undefined): string {
  return file === undefined ? workCommand(plan) : `tripod apply ${quote(file)}`
}
