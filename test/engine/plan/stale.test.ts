import { describe, expect, it } from 'vitest'
import type { Op } from '../../../src/engine/plan/plan-types.js'
import { surprises } from '../../../src/engine/plan/stale.js'

const base: Op = {
  id: 'm1:service:x.service',
  step: 'test',
  node: 'm1',
  kind: 'service',
  name: 'x.service',
  action: 'update',
  certainty: 'sure',
  disruption: 'none',
  reason: { code: 'differs', text: 'has another state' },
  dependsOn: [],
  pre: [{ subject: 'x.service', expect: 'active, disabled' }],
  change: { does: ['enable'], summary: 'enable', notes: [] },
  sensitive: false,
}
const restart: Op = { ...base, disruption: 'restart', change: { does: ['restart'], summary: 'restart', notes: [] } }
const create: Op = {
  ...base,
  action: 'create',
  pre: [{ subject: 'x.service', expect: 'absent' }],
  change: { does: ['enable', 'start'], summary: 'enable, start', notes: [] },
}
const install: Op = {
  ...base,
  id: 'm1:package:x',
  kind: 'package',
  name: 'x',
  action: 'create',
  pre: [{ subject: 'x', expect: 'absent' }],
  change: { does: ['install'], summary: 'latest available, held', notes: [] },
}
const hold: Op = {
  ...install,
  action: 'update',
  pre: [{ subject: 'x', expect: '1.0' }],
  change: { does: ['hold'], summary: '1.0, hold', notes: [] },
}

describe('before the first op', () => {
  it('a restart is a surprise where the review showed a mere enabling', () => {
    expect(surprises([base], [restart], 'untouched')).toHaveLength(1)
    expect(surprises([restart], [restart], 'untouched')).toEqual([])
  })

  it('so is a unit or package that has come since: it is somebody else’s', () => {
    expect(surprises([create], [restart], 'untouched')).toHaveLength(1)
    expect(surprises([install], [hold], 'untouched')).toHaveLength(1)
  })

  it('what is not needed any more is none, what is new is one', () => {
    expect(surprises([base, install], [], 'untouched')).toEqual([])
    expect(surprises([], [base], 'untouched')).toEqual(['m1:service:x.service is new: has another state'])
  })
})

describe('once ops of the run were done', () => {
  it('a unit or package that an earlier op brought is none', () => {
    expect(surprises([create], [restart], 'at work')).toEqual([])
    expect(surprises([install], [hold], 'at work')).toEqual([])
  })

  it('a restart that is milder than the one shown is none, a worse disruption is one', () => {
    expect(surprises([restart], [base], 'at work')).toEqual([])
    expect(surprises([base], [restart], 'at work')).toHaveLength(1)
  })

  it('a daemon that the plan was to start may run by now, and be owed a restart; one that ran may not', () => {
    const start: Op = { ...base, change: { does: ['enable', 'start'], summary: 'enable, start', notes: [] } }
    expect(surprises([start], [restart], 'at work')).toEqual([])
    expect(surprises([start], [restart], 'untouched')).toHaveLength(1)
    expect(surprises([base], [restart], 'at work')).toHaveLength(1)
  })

  it('of an installation that was half done, another may have left only the hold; another version is one', () => {
    const finish: Op = {
      ...hold,
      disruption: 'restart',
      change: { does: ['install'], summary: '1.0 -> newest, held', notes: [] },
    }
    expect(surprises([finish], [hold], 'at work')).toEqual([])
    expect(surprises([finish], [hold], 'untouched')).toHaveLength(1)
    expect(surprises([finish], [{ ...hold, pre: [{ subject: 'x', expect: '2.0' }] }], 'at work')).toHaveLength(1)
    expect(surprises([hold], [finish], 'at work')).toHaveLength(1)
  })

  it('a file that appears where its step was to finish an installation is none; any other that appears is one', () => {
    const own = { summary: '0644 root:root', after: 'ours\n', notes: [] }
    const file: Op = { ...install, id: 'm1:file:/etc/x', kind: 'file', name: '/etc/x', change: own }
    const there: Op = {
      ...file,
      action: 'update',
      pre: [{ subject: '/etc/x', expect: 'sha256:a' }],
      change: { ...own, before: 'theirs\n', notes: ['replaces a file'] },
    }
    const finish: Op = {
      ...hold,
      disruption: 'restart',
      change: { does: ['install'], summary: '1.0 -> newest, held', notes: [] },
    }
    expect(surprises([file, finish], [there], 'at work')).toEqual([])
    expect(surprises([file, finish], [there], 'untouched')).toHaveLength(1)
    const elsewhere: Op = { ...finish, step: 'another' }
    for (const other of [install, hold, elsewhere]) expect(surprises([file, other], [there], 'at work')).toHaveLength(1)
  })

  it('a file whose present content is another is one', () => {
    const file: Op = { ...base, id: 'm1:file:/etc/x', kind: 'file', pre: [{ subject: '/etc/x', expect: 'sha256:a' }] }
    const moved: Op = { ...file, pre: [{ subject: '/etc/x', expect: 'sha256:b' }] }
    expect(surprises([file], [moved], 'at work')).toHaveLength(1)
  })

  it('an object that something else has made since is none, unless somebody loses a field by it, or pods restart', () => {
    const object: Op = {
      ...create,
      kind: 'manifest',
      name: 'Namespace kube-system',
      change: { summary: 'of own', notes: [] },
    }
    const there: Op = { ...object, action: 'update', pre: [{ subject: 'Namespace kube-system', expect: 'sha256:1' }] }
    expect(surprises([object], [there], 'at work')).toEqual([])
    expect(surprises([object], [there], 'untouched')).toHaveLength(1)
    for (const worse of [
      { ...there, change: { ...there.change, does: ['force'] } },
      { ...there, disruption: 'restart' as const },
      { ...there, action: 'delete' as const },
    ])
      expect(surprises([object], [worse], 'at work')).toHaveLength(1)
    expect(surprises([there], [{ ...there, pre: [{ subject: 'x', expect: 'sha256:2' }] }], 'at work')).toHaveLength(1)
  })
})
