import { confirmByName } from '../../cli/prompts/consent.js'
import { againWith } from '../../cli/session/plan-commands.js'
import type { NodeRef } from '../node-ref.js'
import type { Given, Shown } from '../operation.js'

/** What is taken back takes the name of the cluster. Throws NOT_CONFIRMED. */
export function confirmTakeBack({ confirm }: Given, { plan, asker, file }: Shown): Promise<void> {
  return confirmByName(plan, { confirm, asker, question: 'Take all of this back?', again: againWith(plan, file) })
}

/** Instead of a plan without changes. */
export function nothingToTakeBack({ nodes }: { readonly nodes: readonly NodeRef[] }): string {
  return `Nothing to take back on ${nodes.map(({ name }) => name).join(', ')}.`
}

/** Last line of a plan, where `who` is cleaned. */
export function removedAtEnd(who: string): string {
  return `At the end /var/lib/tripod (record, logs, kept originals) is removed from ${who}, and what is left of Kubernetes there is listed.`
}
