import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunInput } from '../../src/engine/run-types.js'
import { applyWording, inWords } from '../../src/next-step.js'
import { cordon } from '../../src/operations/cordon/index.js'
import { cordonStep } from '../../src/operations/cordon/step.js'
import type { CommandResource } from '../../src/resources/resource.js'
import type { StepContext } from '../../src/steps/step.js'
import { contextWith } from '../steps/context.js'

const W2 = { name: 'w2', address: '10.0.0.22', roles: ['worker'] } as const
const base = contextWith()
const master = { ...base.node, name: 'm1', roles: ['control-plane'] as const }
const worker = { ...base.node, name: 'w2', roles: ['worker'] as const }
const context: StepContext = {
  ...base,
  node: master,
  cluster: { ...base.cluster, nodes: [master, worker] },
  topology: { states: { m1: 'control-plane-ready' }, acting: 'm1' },
  seen: [{ node: master, facts: base.facts }],
}

function commandOf(to: 'cordon' | 'uncordon' | 'drain'): CommandResource {
  const [command] = cordonStep({ kind: 'cordon', to, node: W2 }).resources(context)
  return command as CommandResource
}

describe('cordon, uncordon and drain', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tripod-cordon-'))
    const fake = `#!/bin/sh
case "$*" in
  *'get node w2'*) [ "$CORDONED" = gone ] && { echo 'nodes "w2" not found' >&2; exit 1; }; printf %s "$CORDONED" ;;
  *'get pods -A'*) [ "$PODS" = lost ] && exit 1; printf %s "$PODS" ;;
  *'get poddisruptionbudgets'*) echo 'shop cart 1 1 app=cart,' ;;
  *'get pods -n shop -l app=cart'*) echo cart-7 ;;
esac`
    await writeFile(join(directory, 'kubectl'), fake, { mode: 0o755 })
  })
  afterAll(() => rm(directory, { recursive: true }))

  const asked = async (to: 'cordon' | 'uncordon' | 'drain', cordoned: string, pods = '') => {
    const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, CORDONED: cordoned, PODS: pods }
    const script = commandOf(to).doneWhen.text
    const { exitCode, all } = await execa('sh', ['-c', script], { env, all: true, reject: false })
    return [exitCode, all]
  }

  test('run on the control-plane node that is spoken to, and are about the node', () => {
    const step = cordonStep({ kind: 'cordon', to: 'drain', node: W2 })
    expect([master, worker].map((node) => step.runsOn(node, context))).toEqual([true, false])
    expect(commandOf('drain')).toMatchObject({ about: 'w2', disruption: 'drain', transient: true })
    expect(commandOf('cordon').disruption).toBeUndefined()
  })

  test('are done when the API server says so, and unknown when it does not tell', async () => {
    expect(await asked('cordon', 'true')).toEqual([0, ''])
    expect(await asked('cordon', '')).toEqual([1, 'w2 gets new pods'])
    expect(await asked('uncordon', '')).toEqual([0, ''])
    expect(await asked('uncordon', 'true')).toEqual([1, 'w2 gets no new pods'])
    for (const to of ['cordon', 'uncordon', 'drain'] as const)
      expect(await asked(to, 'gone')).toEqual([2, 'nodes "w2" not found'])
    expect((await asked('drain', 'true', 'lost'))[0]).toBe(2)
  })

  test('a drain names the pods that move, and the budgets that keep them', async () => {
    expect(await asked('drain', 'true')).toEqual([0, ''])
    expect(await asked('drain', '')).toEqual([1, 'w2 gets new pods'])
    const kept = 'disruption budget shop/cart keeps pod shop/cart-7 on w2 (1 healthy, 1 wanted)'
    expect(await asked('drain', 'true', 'shop/cart-7\n')).toEqual([1, `1 pod has to move: shop/cart-7\n${kept}`])
    const many = Array.from({ length: 12 }, (_, index) => `shop/cart-${index}`)
    const first = `12 pods have to move: ${many.slice(0, 10).join(', ')} and 2 more`
    expect(await asked('drain', '', many.join('\n'))).toEqual([1, `${first}\n${kept}\nw2 gets new pods`])
  })

  test('a drain that is kept up says how to take the cordon back', () => {
    const waits = 'disruption budget shop/cart keeps pod shop/cart-7 on w2 (1 healthy, 1 wanted)'
    const explained = commandOf('drain').explain?.(`${waits}\nw2 is not drained`)
    expect(explained?.message).toBe('disruption budget shop/cart keeps pod shop/cart-7 on w2')
    const fix = inWords(explained?.fix ?? '', applyWording('lab.yaml'))
    expect(fix).toContain('w2 stays cordoned: tripod node uncordon w2 -i lab.yaml takes that back.')
  })

  test('look at control-plane nodes alone, and refuse if none of them serves', () => {
    const input = { cluster: context.cluster, selectors: { skipNodes: ['w2'] }, steps: [] } as unknown as RunInput
    const intent = { kind: 'cordon', to: 'cordon', node: W2 } as const
    const prepared = cordon.prepare(intent, input)
    expect(prepared.selectors).toEqual({})
    expect(prepared.cluster.nodes.map(({ name }) => name)).toEqual(['m1'])
    const silent = { states: {} }
    expect(prepared.checks?.({ ...context, topology: silent })).toMatchObject([{ id: 'P66', severity: 'fatal' }])
    expect(prepared.checks?.(context)).toEqual([])
  })
})
