import { randomBytes } from 'node:crypto'
import { makeLayer, overlayOptions } from './layers.js'
import type { LabRecord } from '../record.js'

/** Makes an empty layer for every machine on top of `below` and gives back its name. All machines must be off. */
export async function newLayers(lab: LabRecord, below: string): Promise<string> {
  const own = randomBytes(4).toString('hex')
  await Promise.all(lab.nodes.map((node) => makeLayer(lab.name, node, own, below)))
  return own
}

/** Throws LAB_NEEDS when the machines cannot have one more layer on top of `below`. */
export function requireDepth(lab: LabRecord, below: readonly string[], base: string): void {
  for (const node of lab.nodes) overlayOptions(lab.name, node.name, ['0'.repeat(8), ...below], base)
}
