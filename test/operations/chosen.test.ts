import { describe, expect, test } from 'vitest'
import type { RunInput } from '../../src/engine/run-types.js'
import { remove } from '../../src/operations/remove/index.js'
import { chosen } from '../../src/operations/reset/chosen.js'
import { steps } from '../../src/steps/index.js'
import { cluster, node } from '../steps/context.js'

const named = (name: string) => ({ ...node, name })
const LAB = { ...cluster, nodes: ['m1', 'm2', 'm3'].map(named) }
const namesOf = (nodes: readonly { readonly name: string }[]) => nodes.map(({ name }) => name)

describe('what a reset takes back', () => {
  const targets = (flags: Parameters<typeof chosen>[1]) => {
    const { nodes, ...rest } = chosen(LAB, flags)
    return { nodes: namesOf(nodes), ...rest }
  }

  test('is the whole cluster unless nodes are named', () => {
    expect(targets({})).toEqual({ kind: 'reset', nodes: ['m1', 'm2', 'm3'] })
    expect(targets({ forget: false, node: ['m3'] })).toEqual({ kind: 'remove', nodes: ['m3'], gone: false })
    expect(targets({ forget: true, node: ['m3'] })).toEqual({ kind: 'remove', nodes: ['m3'], gone: true })
  })

  test('leaves a node that is not looked at as it is, and is the whole all the same', () => {
    expect(targets({ forget: false, 'skip-node': ['m2'] })).toEqual({ kind: 'reset', nodes: ['m1', 'm3'] })
  })

  test('is the whole cluster if all of its nodes are named', () => {
    expect(targets({ node: ['m1', 'm2', 'm3'] })).toEqual({ kind: 'reset', nodes: ['m1', 'm2', 'm3'] })
  })

  test('is one node where that is named, though all others are left out', () => {
    expect(targets({ forget: false, node: ['m3'], 'skip-node': ['m1', 'm2'] }).kind).toBe('remove')
  })

  test('is nothing where a name is misspelt', () => {
    expect(() => targets({ forget: false, node: ['m9'] })).toThrow(expect.objectContaining({ code: 'UNKNOWN_NODE' }))
  })
})

test('nobody connects to a machine that is gone', () => {
  const input = { cluster: LAB, steps } as unknown as RunInput
  const prepared = remove.prepare({ kind: 'remove', nodes: [named('m3')], gone: true }, input)
  expect(namesOf(prepared.cluster.nodes)).toEqual(['m1', 'm2'])
  expect(prepared.steps[0]?.id).toBe('leave')
})
