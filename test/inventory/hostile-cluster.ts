import fc from 'fast-check'
import type { Cluster } from '../../src/inventory/cluster.js'
import { parseInventory } from '../../src/inventory/read/parse.js'
import { hostileText } from './hostile.js'
import { CONTEXT } from './lab.js'
import { everyStringField, roomyInventory, type StringField, withField } from './string-fields.js'

/** A cluster whose inventory was accepted with an unusual text at one field. */
export interface HostileCluster {
  readonly field: StringField
  readonly text: string
  readonly cluster: Cluster
}

function accepted(field: StringField, text: string): HostileCluster | undefined {
  const inventory = JSON.stringify(withField(roomyInventory(field), field, text))
  const result = parseInventory(inventory, 'inventory.yaml', CONTEXT)
  return result.ok ? { field, text, cluster: result.cluster } : undefined
}

/**
 * Clusters with the worst that an inventory can still carry: anything on one line in settings that are passed through, and
 * the strangest right values elsewhere. For properties of what comes after the inventory: steps, templates, scripts.
 */
export function hostileCluster(): fc.Arbitrary<HostileCluster> {
  const odd = fc.string({ unit: fc.constantFrom(...Array.from('aZ0._-~@%+=,:/* []')), maxLength: 6 })
  const attack = fc.constantFrom(...everyStringField()).chain((field) => {
    const oneLine = hostileText(field.example).map((text) => text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ''))
    const strange = fc.tuple(odd, odd).map(([head, tail]) => `${head}${field.example}${tail}`)
    return (field.passthrough ? oneLine : strange).map((text) => accepted(field, text))
  })
  return attack.filter((found) => found !== undefined)
}
