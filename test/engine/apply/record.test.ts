import { describe, expect, it } from 'vitest'
import type { Change } from '../../../src/engine/plan/plan-node.js'
import type { Op } from '../../../src/engine/plan/plan-types.js'
import { confirm, intend } from '../../../src/engine/apply/record.js'
import type { NodeRecord, RecordEntry } from '../../../src/facts/facts.js'
import { runs } from '../../../src/resources/kind.js'
import { sh } from '../../../src/shell.js'

const entry: RecordEntry = { step: 'test', wanted: 'first', state: 'applied', before: { state: 'absent' } }

function recordOf(id: string, more: Partial<RecordEntry>): NodeRecord {
  return { entries: { [id]: { ...entry, ...more } } }
}

function change(resourceId: string, wanted: string): Change {
  const op = { step: 'test', action: 'update' } as Op
  return { op, act: runs(sh`true`), resourceId, wanted, before: null }
}

describe('the record of a node', () => {
  it('forgets what was written behind a reference as soon as another content is begun', () => {
    const id = 'file:/etc/apt/keyrings/x.asc'
    const begun = intend(recordOf(id, { written: 'old' }), [change(id, 'second')], [])
    expect(begun.entries[id]).toEqual({ ...entry, wanted: 'second', state: 'pending' })
    expect(confirm(begun, [change(id, 'second')], new Map([[id, { written: 'new' }]])).entries[id]).toMatchObject({
      state: 'applied',
      written: 'new',
    })
  })

  it('keeps what came along with a package when the package is installed again', () => {
    const id = 'package:containerd'
    const begun = intend(recordOf(id, { added: ['runc', 'libseccomp2'] }), [change(id, 'first')], [])
    const confirmed = confirm(begun, [change(id, 'first')], new Map([[id, { added: ['criu', 'runc'] }]]))
    expect(confirmed.entries[id]?.added).toEqual(['runc', 'libseccomp2', 'criu'])
  })
})
