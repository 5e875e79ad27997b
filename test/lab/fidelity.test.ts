import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Op, Plan } from '../../src/engine/plan/plan-types.js'
import { fault, inside, up, type DebianRelease, type UpOptions } from '../../src/lab/index.js'
import { machinePlaces } from '../../src/lab/places.js'
import { complaintsOf } from '../document/schema-of.js'
import { openEngine } from './support/engine.js'
import { type Figures, figuresPage, maybeShare } from './support/fidelity-page.js'
import { momentOf, stoppedSince } from './support/outages.js'
import { type Scenario, scenarioOf } from './support/scenarios.js'
import { everywhere, testLab, unable } from './support/lab.js'
import { LONG } from '../runs.js'

if (unable !== undefined) console.warn(`SKIPPED test/lab/fidelity.test.ts: ${unable}`)

const MACHINES = LONG ? 2 : 1

/** For a run of every change: one of each past, of steps that take little time. */
const SAMPLE = [36, 181, 35]
/** Over twenty for npm run test:long, which writes docs/fidelity.md. */
const SEEDS: readonly (readonly [os: DebianRelease, kubernetes: string, seeds: readonly number[]])[] = LONG
  ? [
      ['debian12', '1.22.17', [...SAMPLE, 22, 20, 3, 4, 5, 6, 7, 8, 9, 10]],
      ['debian13', '1.31.14', [12, 13, 14, 15, 16, 17, 18, 19, 21]],
    ]
  : [['debian12', '1.22.17', SAMPLE]]

const figures: Figures[] = []

/** What the plan says is what happens: nothing that it does not name, and no service taken down that it does not count. */
describe.skipIf(unable !== undefined).each(SEEDS)('a plan for %s', (os, kubernetes, seeds) => {
  const OPTIONS = { name: `t-fidelity-${os}`, nodes: MACHINES, os, kubernetes } as const
  const context = testLab(OPTIONS)
  let original: string | undefined

  const reinstall = async (): Promise<void> => {
    await everywhere(context.lab, async (node) => {
      await fault(OPTIONS.name, node, { kind: 'kill' })
      await rm(machinePlaces(OPTIONS.name, node).directory, { recursive: true, force: true })
    })
    const again: UpOptions = { ...OPTIONS, inventoryPath: context.lab.inventoryPath }
    context.lab = await up(again)
  }
  const planned = async ({ steps }: Scenario): Promise<Plan> => {
    const { run } = await openEngine({ inventoryPath: context.lab.inventoryPath, selectors: { steps } })
    await run.close()
    expect([run.plan.applyable, run.plan.unknown]).toEqual([true, []])
    return run.plan
  }
  const apply = async ({ steps }: Scenario, ...more: readonly string[]): Promise<void> => {
    const only = steps.flatMap((step) => ['--step', step])
    const ended = await context.tripod(['apply', '--yes', ...only, ...more])
    expect([ended.code, ended.code === 0 ? '' : ended.stdout + ended.stderr]).toEqual([0, ''])
  }
  /** Machines as the scenario wants them, before its plan. */
  const prepare = async (scenario: Scenario, isFirst: boolean): Promise<void> => {
    const { inventoryPath } = context.lab
    original ??= await readFile(inventoryPath, 'utf8')
    await writeFile(inventoryPath, scenario.inventory(original))
    if (scenario.past === 'drifted') await apply(scenario)
    else if (!isFirst) await reinstall()
    for (const [index, { name }] of context.lab.nodes.entries()) {
      const done = await inside(context.lab, name, scenario.deeds[index] ?? 'true', { timeoutSeconds: 120 })
      expect([name, done.code, done.stderr]).toEqual([name, 0, expect.any(String)])
    }
  }
  const executed = async (file: string): Promise<readonly string[]> => {
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    const events = lines.map((line) => JSON.parse(line) as { readonly type: string; readonly opId?: string })
    expect(events.flatMap((event) => complaintsOf('events', event))).toEqual([])
    return events.flatMap(({ type, opId }) => (type === 'op_start' && opId !== undefined ? [opId] : []))
  }

  it.each(seeds)('is what happens, nothing more and nothing else: seed %i', async (seed) => {
    const scenario = scenarioOf(seed, MACHINES)
    await prepare(scenario, seed === seeds[0])
    const plan = await planned(scenario)
    const ops = plan.steps.flatMap((step) => step.ops)
    const before = await everywhere(context.lab, (node) => momentOf(context.lab, node))
    const file = join(context.directory, `${seed}.ndjson`)
    await apply(scenario, '--events', file)
    const stopped = await Promise.all(
      context.lab.nodes.map(async ({ name }, index) => {
        const moment = before[index]
        const units = moment === undefined ? [] : await stoppedSince(context.lab, name, moment)
        return units.map((unit) => `${name} ${unit}`)
      }),
    )
    const done = await executed(file)
    const after = await planned(scenario)
    const left = after.steps.flatMap((step) => step.ops)
    const one: Figures = {
      os,
      seed,
      past: scenario.past,
      steps: scenario.steps.length,
      ops: ops.length,
      maybe: ops.filter(({ certainty }) => certainty === 'maybe').length,
      executed: done.length,
      unplanned: done.filter((id) => !ops.some((op) => op.id === id)),
      skipped: ops.filter((op) => op.certainty === 'sure' && !done.includes(op.id)).map(({ id }) => id),
      restarts: { planned: takenDown(ops, ['restart', 'stop']), actual: stopped.flat().sort() },
      left: left.map(({ id }) => id),
    }
    figures.push(one)
    console.log(JSON.stringify(one))
    expect({ unplanned: one.unplanned, skipped: one.skipped, left: one.left }).toEqual({
      unplanned: [],
      skipped: [],
      left: [],
    })
    expect(one.restarts.actual).toEqual(one.restarts.planned)
    expect(plan.summary.restarts).toBe(takenDown(ops, ['restart']).length)
    if (scenario.past === 'fresh') expect(maybeShare(one)).toBeLessThan(0.05)
    expect(ops.length).toBeGreaterThan(0)
  })
})

/** Services that a plan says it takes down so, each of them once. */
function takenDown(ops: readonly Op[], how: readonly Op['disruption'][]): readonly string[] {
  const names = ops
    .filter(({ disruption }) => how.includes(disruption))
    .flatMap(({ node, name, units = [name] }) => units.map((unit) => `${node} ${unit}`))
  return [...new Set(names)].sort()
}

afterAll(async () => {
  const all = SEEDS.reduce((sum, [, , seeds]) => sum + seeds.length, 0)
  if (LONG && figures.length === all)
    await writeFile(join(import.meta.dirname, '../../docs/fidelity.md'), figuresPage(figures))
})
