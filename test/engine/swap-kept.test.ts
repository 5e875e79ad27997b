import { expect, test } from 'vitest'
import { swap } from '../../src/steps/swap/index.js'
import type { Step } from '../../src/steps/step.js'
import { contextWith } from '../steps/context.js'
import { Machine } from './machine.js'
import { apply, command, open, step } from './small-lab.js'

const ALWAYS: Step = { ...swap, runsOn: () => true }
const KEPT = { settings: { kubelet: { failSwapOn: false } } }
const ON = '-2 /dev/sda2\n10 /swap\\040file\n5 /old (deleted)\n'

/** Whose swap is on until swapoff runs, or was never on. */
async function switchedOff(wasOn: boolean): Promise<Machine> {
  const m1 = new Machine('m1')
  let on = wasOn
  m1.put('/etc/fstab', '/dev/sda2 none swap sw 0 0\n')
  m1.checks.set('done:swapoff', () => (on ? [1, '/dev/sda2 is on'] : [0, '']))
  m1.acts = [
    ['print $5, $1', () => ({ code: 0, stdout: ON, stderr: '' })],
    ['swapoff -a', () => ((on = false), { code: 0, stdout: '', stderr: '' })],
  ]
  expect(await apply({ machines: [m1], steps: [ALWAYS] })).toBeUndefined()
  return m1
}

test('the plan that gives swap back says when swap itself comes back', async () => {
  const m1 = await switchedOff(true)
  const { plan } = await open({ machines: [m1], steps: [ALWAYS], ...KEPT })
  const ops = plan.steps.flatMap((one) => one.ops)
  expect(ops.map(({ id, change }) => `${id} ${change.summary}`)).toEqual([
    'm1:edit:/etc/fstab our lines are taken back',
  ])
  const said = plan.findings.filter(({ id }) => id === 'P65')
  expect(said).toEqual([
    {
      id: 'P65',
      severity: 'warning',
      node: 'm1',
      message: expect.stringMatching(
        /^Swap that .* switched off on m1 \(\/dev\/sda2, \/swap file\) comes back at the next boot at the latest/,
      ) as string,
      fix: 'To have it back at once, run `swapon -a` on m1 after the changes',
    },
  ])
})

test('it says nothing if no swap was ever switched off, and names no swap that is on again', async () => {
  const m1 = await switchedOff(false)
  const { plan } = await open({ machines: [m1], steps: [ALWAYS], ...KEPT })
  expect(plan.findings.filter(({ id }) => id === 'P65')).toEqual([])
  const { node, facts } = contextWith()
  const entry = { step: 'swap', wanted: '', state: 'applied' as const, before: ON }
  const after = (paths: readonly string[]) => {
    const active = paths.map((path) => ({ path, sizeBytes: 1, usedBytes: 0 }))
    const record = { entries: { 'command:swapoff': entry } }
    return swap.outlived?.('swapoff', { node, facts: { ...facts, record, swap: { ...facts.swap, active } } })
  }
  expect(after(['/dev/sda2'])?.message).toContain('(/swap file)')
  expect(after(['/dev/sda2', '/swap file'])).toBeUndefined()
})

test('of any other command a person must decide', async () => {
  const m1 = new Machine('m1')
  let isDone = false
  m1.checks.set('done:x', () => [isDone ? 0 : 1, ''])
  m1.acts = [['swapoff -a', () => ((isDone = true), { code: 0, stdout: '', stderr: '' })]]
  expect(await apply({ machines: [m1], steps: [step('one', [command({ id: 'x' })])] })).toBeUndefined()
  const { plan } = await open({ machines: [m1], steps: [step('one', [])] })
  expect(plan.findings.filter(({ id }) => id === 'P65')).toMatchObject([
    { fix: 'Decide by hand what should become of it.' },
  ])
})
