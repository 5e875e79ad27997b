import { describe, expect, test } from 'vitest'
import { resetErrand, resetIntent } from '../../src/cli/reset-errand.js'
import type { RunInput } from '../../src/engine/run-types.js'
import { steps } from '../../src/steps/index.js'
import { cluster, node } from '../steps/context.js'

const named = (name: string) => ({ ...node, name })
const LAB = { ...cluster, nodes: ['m1', 'm2', 'm3'].map(named) }
const namesOf = (nodes: readonly { readonly name: string }[]) => nodes.map(({ name }) => name)

describe('what a reset takes back', () => {
  const targets = (flags: Parameters<typeof resetIntent>[1]) => {
    const { nodes, whole, gone } = resetIntent(LAB, flags)
    return { nodes: namesOf(nodes), whole, gone }
  }

  test('is the whole cluster unless nodes are named', () => {
    expect(targets({})).toEqual({ nodes: ['m1', 'm2', 'm3'], whole: true, gone: false })
    expect(targets({ forget: false, node: ['m3'] })).toEqual({ nodes: ['m3'], whole: false, gone: false })
    expect(targets({ forget: true, node: ['m3'] })).toEqual({ nodes: ['m3'], whole: false, gone: true })
  })

  test('leaves a node that is not looked at as it is, and is the whole all the same', () => {
    expect(targets({ forget: false, 'skip-node': ['m2'] })).toEqual({ nodes: ['m1', 'm3'], whole: true, gone: false })
  })

  test('is one node where that is named, though all others are left out', () => {
    expect(targets({ forget: false, node: ['m3'], 'skip-node': ['m1', 'm2'] }).whole).toBe(false)
  })

  test('is nothing where a name is misspelt', () => {
    expect(() => targets({ forget: false, node: ['m9'] })).toThrow(expect.objectContaining({ code: 'UNKNOWN_NODE' }))
  })
})

test('nobody connects to a machine that is gone', () => {
  const intent = resetIntent(LAB, { forget: true, node: ['m3'] })
  const input = { cluster: LAB, steps } as unknown as RunInput
  const prepared = resetErrand(intent, { inventory: LAB }).prepare(input)
  expect(namesOf(prepared.cluster.nodes)).toEqual(['m1', 'm2'])
  expect(prepared.steps[0]?.id).toBe('leave')
})
