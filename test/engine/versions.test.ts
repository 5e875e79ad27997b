import { describe, expect, it } from 'vitest'
import { openRun } from '../../src/engine/run.js'
import type { NodeVersions } from '../../src/engine/run-types.js'
import type { Selectors } from '../../src/engine/plan/plan-types.js'
import type { PackageResource } from '../../src/resources/resource.js'
import type { Step } from '../../src/steps/step.js'
import { Machine } from './machine.js'
import { input, step } from './small-lab.js'

const held = (name: string): PackageResource => ({ kind: 'package', name, held: true })
const STEPS: readonly Step[] = [
  step('runtime', [held('containerd'), { kind: 'package', name: 'curl', held: false }]),
  step('balance', [{ kind: 'package', name: 'haproxy', held: false, noted: true }]),
]

/** A machine on which apt installs what it is told, and where `broken` fails. */
function machine(name: string, broken?: string): Machine {
  const one = new Machine(name)
  one.packages.set('curl', '8')
  for (const wanted of ['containerd', 'haproxy']) {
    one.acts.push([
      `set -- "$@" ${wanted}`,
      () => {
        if (wanted === broken) return { code: 100, stdout: '', stderr: 'E: broken' }
        one.packages.set(wanted, '1.0-1')
        return { code: 0, stdout: '', stderr: '' }
      },
    ])
  }
  return one
}

/** What an apply notes, each time it does. */
async function noted(machines: readonly Machine[], selectors: Selectors = {}, steps = STEPS) {
  const calls: (readonly NodeVersions[])[] = []
  const run = await openRun({ ...input({ machines, steps }), selectors, noteVersions: (nodes) => calls.push(nodes) })
  const error = await run.apply().then(
    () => undefined,
    (failure: unknown) => failure,
  )
  return { calls, error }
}

describe('the versions that an apply notes', () => {
  it('are those of held and noted packages as they were seen in the end, on every node', async () => {
    const m2 = machine('m2')
    m2.packages.set('containerd', '0.9-1').set('haproxy', '2.0-1')
    expect((await noted([machine('m1'), m2])).calls).toEqual([
      [
        { node: 'm1', complete: true, packages: { containerd: '1.0-1', haproxy: '1.0-1' } },
        { node: 'm2', complete: true, packages: { containerd: '0.9-1', haproxy: '2.0-1' } },
      ],
    ])
  })

  it('are none where nothing was to be done', async () => {
    const m1 = machine('m1')
    await noted([m1])
    expect((await noted([m1])).calls).toEqual([])
  })

  it('are not all there is to tell where only some steps were asked for', async () => {
    const { calls } = await noted([machine('m1')], { steps: ['balance'] })
    expect(calls).toEqual([[{ node: 'm1', complete: false, packages: { haproxy: '1.0-1' } }]])
  })

  it('are of a node that failed half way only those that its finished steps left', async () => {
    const { calls, error } = await noted([machine('m1', 'haproxy')])
    expect(error).toMatchObject({ code: 'APPLY_INCOMPLETE' })
    expect(calls).toEqual([[{ node: 'm1', complete: false, packages: { containerd: '1.0-1' } }]])
  })
})

it('lets the held packages of a step that fit any version move along with the others', async () => {
  const m1 = machine('m1')
  m1.packages.set('runc', '1').set('kernel', '6')
  const freed = 'apt-mark unhold containerd runc ||'
  m1.acts.unshift([
    freed,
    () => {
      m1.packages.set('containerd', '1.0-1')
      return { code: 0, stdout: '', stderr: '' }
    },
  ])
  const runtime = step('runtime', [held('containerd'), held('runc'), { ...held('kernel'), version: '6' }])
  expect((await noted([m1], {}, [runtime])).error).toBeUndefined()
  expect(m1.log).toContain(`run ${freed}`)
})
