import { describe, expect, test } from 'vitest'
import { planOutlook } from '../../../src/cli/render/plan-outlook.js'
import type { Op, PlannedStep } from '../../../src/engine/plan/plan-types.js'
import { onNodes, sampleDocument, sampleOp, sampleStep } from '../sample-plan.js'

const ALL = ['m1', 'm2', 'm3', 'w1']
const told = (...steps: readonly PlannedStep[]): readonly string[] =>
  planOutlook(sampleDocument(steps)).map(({ about, text }) => `${about}: ${text}`)
const packages = (more: Partial<Op> = {}): readonly Op[] =>
  onNodes(ALL, { name: 'x', kind: 'package', downloads: ['distribution'], estimateSeconds: 30, ...more })

describe('what is said of a plan as a whole', () => {
  test('who downloads from where, each address once', () => {
    const key = sampleOp({ name: '/k.asc', downloads: ['https://a.example/key'] })
    const images = sampleOp({
      name: 'pull',
      kind: 'command',
      downloads: ['registry.example', 'https://b.example/m.yaml'],
    })
    expect(told(sampleStep('one', [...packages(), key, images]))).toEqual(
      expect.arrayContaining([
        'Downloads: by the nodes from their own package sources, registry.example',
        'Downloads: by this computer from https://a.example/key, https://b.example/m.yaml',
      ]),
    )
  })

  test('what is secret, by name and node', () => {
    expect(told(sampleStep('one', onNodes(['m1', 'm2'], { name: '/ca.key', sensitive: true })))).toContain(
      'Secrets: 1 file on m1,m2, never shown: /ca.key',
    )
  })

  test('what cannot be undone; else that all can', () => {
    expect(told(sampleStep('one', packages()))).toContain(
      'Undo: every change can be undone; original files are kept on the nodes',
    )
    expect(told(sampleStep('one', packages({ undo: 'impossible' })))).toContain(
      'Undo: cannot be undone: package x on m1,m2,m3,w1',
    )
    expect(told(sampleStep('one', packages({ disruption: 'data-loss' })))[1]).toMatch(/cannot be undone/)
  })

  test('how long it takes: steps one after the other, nodes side by side unless they go in turn', () => {
    const minute = packages({ estimateSeconds: 60 })
    expect(told(sampleStep('one', minute), sampleStep('two', minute)).at(-1)).toMatch(/^Duration: about 2 min/)
    expect(told({ ...sampleStep('one', minute), rollout: 'serial' }).at(-1)).toMatch(/^Duration: about 4 min/)
    expect(told(sampleStep('one', [sampleOp({ name: '/a' })])).at(-1)).toMatch(/^Undo/)
  })

  test('nodes beyond those that go at once take their turn after them', () => {
    const names = Array.from({ length: 51 }, (_, index) => `w${String(index + 1)}`)
    const minute = (nodes: readonly string[]) => onNodes(nodes, { name: 'x', kind: 'package', estimateSeconds: 60 })
    expect(told(sampleStep('one', minute(names.slice(0, 50)))).at(-1)).toMatch(/^Duration: about 60 s/)
    expect(told(sampleStep('one', minute(names))).at(-1)).toMatch(/^Duration: about 2 min/)
  })

  test('nothing where nothing changes', () => {
    expect(told()).toEqual([])
  })
})
