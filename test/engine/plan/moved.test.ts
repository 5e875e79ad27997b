import { describe, expect, it } from 'vitest'
import { movedSince } from '../../../src/engine/plan/moved.js'
import type { Op } from '../../../src/engine/plan/plan-types.js'
import { Machine } from '../machine.js'
import { file, open, step } from '../small-lab.js'
import { sampleOp } from '../../cli/sample-plan.js'

const resting = (expect: string, more: Partial<Op> = {}): Op =>
  sampleOp({ name: '/etc/x', action: 'update', pre: [{ subject: '/etc/x', expect }], ...more })

describe('a saved plan against the machines as they are', () => {
  it('finds nothing where every op is the same', () => {
    expect(movedSince([resting('sha256:a')], [resting('sha256:a')])).toEqual([])
  })

  it('tells of a file on what the plan rested and what is there now', () => {
    expect(movedSince([resting('sha256:a')], [resting('sha256:b')])).toEqual([
      { id: 'm1:file:/etc/x', node: 'm1', what: 'changed', text: '', path: '/etc/x', from: 'sha256:a', to: 'sha256:b' },
    ])
  })

  it('tells that another text would be put there', () => {
    const writing = (after: string): Op => resting('sha256:a', { change: { summary: 's', notes: [], after } })
    expect(movedSince([writing('one')], [writing('two')])).toMatchObject([
      { text: expect.stringContaining('another text') as string },
    ])
  })

  it('tells of a command that it would get other files', () => {
    const given = (after: string): Op =>
      sampleOp({
        kind: 'command',
        name: 'kubeadm',
        action: 'run',
        change: { summary: 'kubeadm init', notes: [], after },
      })
    expect(movedSince([given('a: 1')], [given('a: 2')])).toHaveLength(1)
  })

  it('takes no offence at the words in which a command says what it found', () => {
    const found = (text: string): Op =>
      sampleOp({
        kind: 'command',
        name: 'x',
        action: 'run',
        change: { summary: 's', notes: [text] },
        reason: { code: 'missing', text },
      })
    expect(movedSince([found('2 are missing')], [found('1 is missing')])).toEqual([])
  })

  it('tells of ops that vanished, and of new ones', () => {
    const other = sampleOp({ name: '/etc/y' })
    expect(movedSince([resting('absent')], [other]).map(({ id, what }) => `${what} ${id}`)).toEqual([
      'gone m1:file:/etc/x',
      'new m1:file:/etc/y',
    ])
  })

  it('passes over drift where it has nothing to do, and over nothing else', () => {
    const drift = { reason: { code: 'drift', text: 'has other content' } } as const
    const planned = sampleOp({ name: '/etc/x', step: 'one' })
    const moved = (op: Op): number => movedSince([planned], [planned, op]).length
    expect(moved(sampleOp({ name: '/etc/y', step: 'two', ...drift }))).toBe(0)
    expect(moved(sampleOp({ name: '/etc/y', step: 'one', node: 'm2', ...drift }))).toBe(0)
    expect(moved(sampleOp({ name: '/etc/y', step: 'one', ...drift }))).toBe(1)
    expect(moved(sampleOp({ name: '/etc/y', step: 'two' }))).toBe(1)
  })
})

describe('an apply of some ops alone', () => {
  const steps = [step('one', [file('/etc/x.conf')]), step('two', [file('/etc/y.conf')])]
  const drifting = async () => {
    const m1 = new Machine('m1')
    const first = await open({ machines: [m1], steps })
    await first.apply()
    m1.put('/etc/x.conf', 'by hand\n')
    return m1
  }

  it('leaves what drifted elsewhere as it is, also what drifts while it waits for the lock', async () => {
    const m1 = await drifting()
    const run = await open({ machines: [m1], steps })
    m1.put('/etc/y.conf', 'by hand too\n')
    await run.apply(new Set(['m1:file:/etc/x.conf']))
    expect([m1.files.get('/etc/x.conf')?.text, m1.files.get('/etc/y.conf')?.text]).toEqual(['a = 1\n', 'by hand too\n'])
  })

  it('refuses what moved where it has something to do', async () => {
    const m1 = await drifting()
    const run = await open({ machines: [m1], steps })
    m1.put('/etc/x.conf', 'by another hand\n')
    await expect(run.apply(new Set(['m1:file:/etc/x.conf']))).rejects.toMatchObject({ code: 'PLAN_STALE' })
    expect(m1.files.get('/etc/x.conf')?.text).toBe('by another hand\n')
  })

  it('is not how a plan of the moment is applied: there, new drift is a surprise', async () => {
    const m1 = await drifting()
    const run = await open({ machines: [m1], steps })
    m1.put('/etc/y.conf', 'by hand too\n')
    await expect(run.apply()).rejects.toMatchObject({ code: 'PLAN_STALE' })
  })
})
