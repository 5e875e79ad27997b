import { randomUUID } from 'node:crypto'
import type { Imprint } from '../../document/document-of.js'

/** A new plan's name, the time, and what makes it. */
export function imprintOf(config: { readonly bin: string; readonly version: string }): Imprint {
  return { planId: randomUUID(), createdAt: new Date(), tool: { name: config.bin, version: config.version } }
}
