import { describe, expect, test } from 'vitest'
import { targetsOf } from '../../src/cli/take-back.js'
import { cluster, node } from '../steps/context.js'

const LAB = { ...cluster, nodes: ['m1', 'm2', 'm3'].map((name) => ({ ...node, name })) }

describe('what a reset takes back', () => {
  test('is the whole cluster unless nodes are named', () => {
    expect(targetsOf(LAB, { forget: false })).toEqual({ nodes: ['m1', 'm2', 'm3'], whole: true, gone: false })
    expect(targetsOf(LAB, { forget: false, nodes: ['m3'] })).toEqual({ nodes: ['m3'], whole: false, gone: false })
    expect(targetsOf(LAB, { forget: true, nodes: ['m3'] })).toEqual({ nodes: ['m3'], whole: false, gone: true })
  })

  test('leaves a node that is not looked at as it is, and is the whole all the same', () => {
    expect(targetsOf(LAB, { forget: false, 'skip-node': ['m2'] })).toEqual({
      nodes: ['m1', 'm3'],
      whole: true,
      gone: false,
    })
  })

  test('is nothing where a name is misspelt', () => {
    expect(() => targetsOf(LAB, { forget: false, nodes: ['m9'] })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_NODE' }),
    )
  })
})
