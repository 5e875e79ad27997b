import { describe, expect, test } from 'vitest'
import { refuseMoved } from '../../../src/cli/saved-plan/refuse-moved.js'
import type { PlanDocument } from '../../../src/document/plan-document.js'
import type { Op, Plan, PlannedNode } from '../../../src/engine/plan/plan-types.js'
import { onNodes, sampleCluster, sampleDocument, sampleOp, sampleStep } from '../sample-plan.js'

const run = {
  lastWritten: (node: string, paths: readonly string[]) =>
    Promise.resolve(
      new Map(paths.map((path) => [path, { at: new Date('2026-01-02T14:02:03Z'), owner: `${node}-root` }])),
    ),
}
const of = (ops: readonly Op[], more: Partial<Plan> = {}): PlanDocument =>
  sampleDocument([sampleStep('kernel', ops)], more)
const told = async (
  saved: PlanDocument,
  fresh: PlanDocument,
): Promise<{ code: string; exit: number; message: string }> =>
  refuseMoved(saved, fresh, { run, file: 'lab.json' }).then(
    () => ({ code: '', exit: 0, message: '' }),
    (error: unknown) => error as { code: string; exit: number; message: string },
  )
const resting = (digit: string): Op =>
  sampleOp({
    node: 'm2',
    name: '/etc/haproxy/haproxy.cfg',
    action: 'update',
    pre: [{ subject: '/etc/haproxy/haproxy.cfg', expect: `sha256:${digit.repeat(64)}` }],
  })

describe('a saved plan that is applied', () => {
  test('goes through where every op is as it was', async () => {
    expect(await told(of([resting('3')]), of([resting('3')]))).toMatchObject({ code: '' })
  })

  test('names node, file, both digests, time and owner of what changed', async () => {
    const error = await told(of([resting('3')]), of([resting('8')]))
    expect(error).toMatchObject({ code: 'PLAN_STALE', exit: 11, hint: 'tripod plan -i lab.yaml --out lab.json' })
    expect(error.message).toContain(
      'm2:file:/etc/haproxy/haproxy.cfg changed since plan (planned from 33333333, now 88888888, written 2026-01-02 14:02 UTC, owner m2-root)',
    )
  })

  test('a second time is told that it was applied already', async () => {
    expect((await told(of([resting('3')]), of([]))).message).toMatch(
      /^nothing in the plan is left to do: it was already applied/,
    )
  })

  test('names twenty differences and counts the others', async () => {
    const many = Array.from({ length: 30 }, (_, index) => sampleOp({ name: `/etc/${String(index)}` }))
    const { message } = await told(of([]), of(many))
    expect(message.split('\n')).toHaveLength(22)
    expect(message).toContain('(30 differences)')
    expect(message).toMatch(/and 10 more$/)
  })

  test('is refused where the authority is another', async () => {
    const one = of(onNodes(['m1'], { name: '/a' }), { caHash: 'sha256:a' })
    const two = of(onNodes(['m1'], { name: '/a' }), { caHash: 'sha256:b' })
    expect(await told(one, two)).toMatchObject({ code: 'PLAN_OTHER_CLUSTER', exit: 11 })
  })

  test('is stale where a machine was installed anew, not where it only started again', async () => {
    const nodes = (machineId: string, bootId: string): Partial<Plan> => ({
      nodes: sampleCluster().nodes.map((node): PlannedNode => ({
        node,
        reachable: true,
        problems: [],
        machineId,
        bootId,
      })),
    })
    const ops = onNodes(['m1'], { name: '/a' })
    expect(await told(of(ops, nodes('a', '1')), of(ops, nodes('a', '2')))).toMatchObject({ code: '' })
    expect((await told(of(ops, nodes('a', '1')), of(ops, nodes('b', '1')))).message).toContain(
      'm1 is another machine: its machine-id was a, now b',
    )
  })
})
