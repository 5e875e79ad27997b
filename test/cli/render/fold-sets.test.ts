import { describe, expect, test } from 'vitest'
import { foldSets } from '../../../src/cli/render/fold-sets.js'
import type { DocumentOp } from '../../../src/document/plan-document.js'

function op(name: string, more: Partial<DocumentOp> = {}): DocumentOp {
  return {
    id: `m1:manifest:${name}`,
    step: 'network',
    node: 'm1',
    kind: 'manifest',
    name,
    set: 'calico',
    action: 'create',
    certainty: 'sure',
    disruption: 'none',
    reason: { code: 'missing', text: 'is not there' },
    dependsOn: [],
    pre: [],
    change: { summary: 'of calico', notes: ['from tripod'], after: 'a'.repeat(64) },
    sensitive: false,
    ...more,
  }
}
const roles = ['a', 'b', 'c', 'd'].map((name) => op(`ClusterRole.rbac.authorization.k8s.io ${name}`))
const shown = (ops: readonly DocumentOp[]) => foldSets(ops).map(({ name, change }) => `${name}: ${change.summary}`)

describe('the objects of a set', () => {
  test('stand in one line if there are many of them, with their number by kind', () => {
    const [folded, ...rest] = foldSets([...roles, op('Deployment.apps kube-system/web')])
    expect(rest).toEqual([])
    expect(folded?.name).toBe('calico')
    expect(folded?.change).toEqual({
      summary: '5 objects: 4 ClusterRole, 1 Deployment',
      notes: ['from tripod', '--full shows each of them'],
    })
  })

  test('stand by themselves if there are few of them, and if each differs in its own way', () => {
    expect(shown(roles)).toHaveLength(4)
    const changes = { summary: 'of calico', notes: [], before: 'b'.repeat(64), after: 'a'.repeat(64) }
    const updates = [...roles, ...roles].map((one, index) =>
      op(`${one.name}${String(index)}`, { action: 'update', change: changes }),
    )
    expect(shown(updates)).toHaveLength(8)
    expect(shown(updates.map((one) => ({ ...one, sensitive: true, change: { summary: '', notes: [] } })))).toHaveLength(
      8,
    )
  })

  test('are folded by what is done to them, apart from other sets and other ops', () => {
    const others = roles.map((one) => ({ ...one, id: `${one.id}2`, set: 'calico-crds' }))
    const file = op('/etc/hosts', { kind: 'file', set: undefined })
    expect(shown([file, ...roles, ...others, op('Namespace shop')])).toEqual([
      '/etc/hosts: of calico',
      'calico: 5 objects: 4 ClusterRole, 1 Namespace',
      ...others.map(({ name }) => `${name}: of calico`),
    ])
  })
})
