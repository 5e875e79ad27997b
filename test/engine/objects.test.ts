import { describe, expect, test } from 'vitest'
import { readObjects } from '../../src/manifests/objects.js'
import type { ManifestResource } from '../../src/resources/resource.js'
import type { Step } from '../../src/steps/step.js'
import { Machine } from './machine.js'
import { apply, failuresOf, open, step } from './small-lab.js'

const YAML = ['one', 'two', 'three']
  .map(
    (name) =>
      `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: shop }\nstringData: { pin: swordfish }\n`,
  )
  .join('---\n')
const objects = readObjects(Buffer.from(YAML), 'shop.yaml').map((object): ManifestResource => ({
  kind: 'manifest',
  set: 'shop',
  object,
  server: 'https://10.77.2.11:6443',
}))
const shop: Step = { ...step('shop', objects), runsOn: ({ name }) => name === 'm1' }

const ABSENT = 'answers 1 404 201 \nanswers 2 404 201 \nanswers 3 404 201 \nend'
const SAME = 'same 1\nsame 2\nsame 3\nend'

/** A machine whose API server has the objects once they were applied. */
function withApi(): Machine {
  const machine = new Machine('m1')
  let answer = ABSENT
  machine.objects = () => answer
  machine.acts = [
    [
      'systemd-run',
      () => {
        answer = SAME
        return { code: 0, stdout: '3 requests were taken\n', stderr: '' }
      },
    ],
  ]
  return machine
}

describe('objects of a step', () => {
  test('go to the API server in one piece of work, read from memory, and are no change afterwards', async () => {
    const machines = [withApi(), new Machine('m2')]
    const [m1, m2] = machines
    expect(await apply({ machines, steps: [shop] })).toBeUndefined()
    const work = m1?.log.filter((line) => line.startsWith('run systemd-run') || line.includes('/run/tripod/inputs/'))
    expect(work).toEqual([expect.stringMatching(/^write \/run\/tripod\/inputs\/\S+\/packed$/), 'run systemd-run'])
    expect((await open({ machines, steps: [shop] })).plan.steps).toEqual([])
    expect(m2?.log.filter((line) => line !== 'facts' && line !== 'look')).toEqual([])
    expect(
      [...(m1?.files ?? [])].filter(([path, { text }]) => !path.startsWith('/run/') && text.includes('swordfish')),
    ).toEqual([])
  })

  test('of which one is refused end the step with the server’s words, and nothing of a value', async () => {
    const m1 = withApi()
    const said = 'refused Secret_shop/two 403 Forbidden\n'
    m1.acts = [['systemd-run', () => ({ code: 1, stdout: said, stderr: '' })]]
    const error = await apply({ machines: [m1], steps: [shop] })
    expect(failuresOf(error)).toEqual(['m1 COMMAND_FAILED'])
    expect(error?.detail.failures?.[0]?.message).toBe('the API server does not take Secret shop/two: Forbidden')
  })

  test('that changed since the plan are a surprise, and nothing is done', async () => {
    const m1 = withApi()
    const run = await open({ machines: [m1], steps: [shop] })
    m1.objects = () => 'same 1\nsame 2\nanswers 3 200 422 Invalid\nend'
    const error = await run.apply().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'PLAN_STALE' })
    expect(m1.log.filter((line) => line.startsWith('run systemd-run'))).toEqual([])
  })

  test('of an API server that does not answer make the plan one that cannot be applied', async () => {
    const m1 = withApi()
    m1.objects = () => 'silent curl: (28) timed out'
    const { plan } = await open({ machines: [m1], steps: [shop] })
    expect([plan.applyable, plan.steps, plan.unknown.length]).toEqual([false, [], 3])
  })
})
