import { describe, expect, test } from 'vitest'
import { groupNodes } from '../../../src/cli/render/plan-groups.js'
import type { Op } from '../../../src/engine/plan/plan-types.js'
import { onNodes, sampleDocument, sampleOp, sampleStep } from '../sample-plan.js'

function groupsOf(ops: readonly Op[]): readonly string[] {
  const plan = sampleDocument([sampleStep('kernel', ops)])
  return groupNodes(plan, plan.ops).map(({ nodes, likeness }) => `${nodes.join(',')} ${likeness}`)
}

const withText = (node: string, after: string): Op =>
  sampleOp({ node, name: '/a', change: { summary: '', notes: [], after } })

describe('nodes stand together', () => {
  test('when their ops are equal, at the place of the first', () => {
    expect(groupsOf([...onNodes(['m1', 'm3'], { name: '/a' }), ...onNodes(['m2'], { name: '/b' })])).toEqual([
      'm1,m3 identical',
      'm2 identical',
    ])
  })

  test('when they differ in nothing but their own name and address', () => {
    const own = (node: string, address: string): Op => withText(node, `name: ${node}\nip: ${address}:6443\n`)
    expect(groupsOf([own('m1', '10.0.0.11'), own('m2', '10.0.0.12'), own('w1', '10.0.0.21')])).toEqual([
      'm1,m2,w1 but-own',
    ])
  })

  test('but not when one has the address of another where others have their own', () => {
    expect(groupsOf([withText('m1', 'ip: 10.0.0.12'), withText('m2', 'ip: 10.0.0.11')])).toHaveLength(2)
    expect(groupsOf([withText('m1', 'ip: 10.0.0.11'), withText('m2', 'ip: 10.0.0.120')])).toHaveLength(2)
    expect(groupsOf([withText('m1', 'ip: 10.0.0.11'), withText('m2', 'ip: 110.0.0.12')])).toHaveLength(2)
  })

  test('but not when a longer word only begins with their name', () => {
    expect(groupsOf([withText('m1', 'use m1-backup'), withText('m2', 'use m2-backup')])).toHaveLength(2)
  })

  test('but not when a text of one is missing from the other', () => {
    expect(
      groupsOf([withText('m1', ''), sampleOp({ node: 'm2', name: '/a', change: { summary: '', notes: [] } })]),
    ).toHaveLength(2)
  })
})
