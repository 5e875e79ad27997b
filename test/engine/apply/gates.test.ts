import { describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../../src/engine/events.js'
import { examine } from '../../../src/engine/observe/examine.js'
import { sh } from '../../../src/shell.js'
import { whereNotZero, type Gate, type GateBefore } from '../../../src/steps/gate.js'
import type { CommandResource } from '../../../src/resources/resource.js'
import type { Step } from '../../../src/steps/step.js'
import { takeBack } from '../../../src/steps/take-back.js'
import { Machine } from '../machine.js'
import { apply, failuresOf, file, input, open, step } from '../small-lab.js'

const ASK = 'is-the-vip-free'

function gate({
  when = 'before',
  ...more
}: Partial<Omit<GateBefore, 'when'>> & { readonly when?: Gate['when'] } = {}): Gate {
  const parts = {
    id: 'vip-free',
    check: 'P16' as const,
    title: 'nobody answers for the VIP',
    questions: ['m1', 'm2'].map((node) => ({ node, script: sh`is-the-vip-free` })),
    problems: whereNotZero,
    fix: 'Pick another one.',
    deadlineSeconds: 0,
    ...more,
  }
  return when === 'before' ? { ...parts, when } : { ...parts, when }
}

function lab(gates: readonly Gate[], more: Partial<Step> = {}) {
  const machines = [new Machine('m1'), new Machine('m2')]
  const steps = [{ ...step('balance', [file('/etc/x.conf')], 'serial'), gates: () => gates, ...more }]
  return { machines, steps }
}

const answers = (machine: Machine | undefined, ...codes: readonly (number | null)[]): void => {
  const left = [...codes]
  machine?.acts.push([
    ASK,
    () => ({ code: (left.length > 1 ? left.shift() : left[0]) ?? null, stdout: 'said', stderr: '' }),
  ])
}

const written = (machine: Machine | undefined): boolean => machine?.files.has('/etc/x.conf') === true

/** What comes before the step with the gate. */
const FIRST: CommandResource = {
  kind: 'command',
  id: 'first',
  summary: 'first-thing',
  run: sh`first-thing`,
  doneWhen: sh`:`,
  doneText: 'it is done',
  undo: 'nothing',
}

describe('a gate', () => {
  it('that comes before a step is asked of all its nodes, and named by the plan', async () => {
    const small = lab([gate()])
    const { plan } = await open(small)
    expect(plan.steps[0]?.gates).toEqual(['first: nobody answers for the VIP (P16)'])
    expect(await apply(small)).toBeUndefined()
    expect(small.machines.map((one) => one.log.includes(`run ${ASK}`) && written(one))).toEqual([true, true])
  })

  it('that does not hold keeps the step from every node, with the words of who said no', async () => {
    const small = lab([gate()])
    answers(small.machines[1], 1)
    const error = await apply(small)
    expect(failuresOf(error)).toEqual(['m1 PREFLIGHT_FAILED', 'm2 PREFLIGHT_FAILED'])
    expect(error?.detail.failures?.[0]?.message).toMatch(/P16 balance was not started: nobody.*\n {2}m2: said/)
    expect(small.machines.map(written)).toEqual([false, false])
  })

  it.each([
    ['was cut off', null, /did not answer to the end/],
    ['lacks the program for it', 127, /lacks a program/],
  ])('never takes for a yes what %s', async (_, code, words) => {
    const small = lab([gate({ problems: () => [] })])
    answers(small.machines[0], code)
    const error = await apply(small)
    expect(error?.detail.failures?.[0]?.message).toMatch(words)
    expect(small.machines.map(written)).toEqual([false, false])
  })

  it('is asked again until it holds, and says once what it waits for', async () => {
    const small = lab([gate({ when: 'after', deadlineSeconds: 20 })])
    answers(small.machines[0], 1, 0)
    const notices: string[] = []
    const emit = (event: EngineEvent): void => {
      if (event.type === 'notice') notices.push(event.message)
    }
    expect(await apply({ ...small, emit })).toBeUndefined()
    expect(notices.filter((one) => one.startsWith('waiting up to'))).toHaveLength(1)
  })

  it('after a node asks that node alone, and keeps the step from the next', async () => {
    const small = lab([gate({ when: 'after-node' })])
    answers(small.machines[0], 1)
    expect(failuresOf(await apply(small))).toEqual(['m1 NOT_CONVERGED', 'm2 APPLY_INCOMPLETE'])
    expect(small.machines.map(written)).toEqual([true, false])
    expect(small.machines[1]?.log).not.toContain(`run ${ASK}`)
  })

  it('after a node asks others about it, and about nobody whose turn is still to come', async () => {
    const about = (node: string, other: string) => ({ node: other, about: node, script: sh`knows ${node}` })
    const small = lab([gate({ when: 'after-node', questions: [about('m1', 'm2'), about('m2', 'm1')] })])
    const asked: string[] = []
    for (const [index, machine] of small.machines.entries())
      machine.acts.push(['knows', () => (asked.push(machine.name), { code: 1 - index, stdout: 'no', stderr: '' })])
    // m2, when m1 was done; then m1, which does not know m2.
    expect(failuresOf(await apply(small))).toEqual(['m2 NOT_CONVERGED'])
    expect(asked).toEqual(['m2', 'm1'])
    expect(small.machines.map(written)).toEqual([true, true])
  })

  it('is not asked of a node that failed before, nor about it: the others go on', async () => {
    const small = lab([], {
      gates: ({ seen }) => [
        gate({ questions: seen.map(({ node: { name } }) => ({ node: name, script: sh`is-the-vip-free` })) }),
      ],
    })
    const first = step('before', [FIRST], 'parallel')
    small.machines[0]?.checks.set('done:first', () => [1, ''])
    small.machines[0]?.acts.push(['first-thing', () => ({ code: 1, stdout: '', stderr: 'no' })])
    const error = await apply({ ...small, steps: [first, ...small.steps] })
    expect(failuresOf(error)).toEqual(['m1 COMMAND_FAILED'])
    expect(small.machines.map((one) => one.log.includes(`run ${ASK}`))).toEqual([false, true])
    expect(small.machines.map(written)).toEqual([false, true])
  })

  it('is not asked where its step has nothing to do', async () => {
    const small = lab([gate({ when: 'after' })])
    await apply(small)
    for (const machine of small.machines) machine.log.length = 0
    expect(await apply(small)).toBeUndefined()
    expect(small.machines[0]?.log).not.toContain(`run ${ASK}`)
  })
})

describe('what one node does for all', () => {
  it('is not asked for one that failed before: it fails alone', async () => {
    const machines = [new Machine('m1'), new Machine('m2')]
    machines[1]?.checks.set('done:first', () => [1, ''])
    machines[1]?.acts.push(['first-thing', () => ({ code: 1, stdout: '', stderr: 'no' })])
    const listing: Step = {
      ...step('list', []),
      runsOn: ({ name }) => name === 'm1',
      resources: ({ seen }) => seen.map(({ node }) => file(`/etc/${node.name}.conf`)),
    }
    const steps = [
      { ...step('before', [FIRST]), runsOn: ({ name }: { readonly name: string }) => name === 'm2' },
      listing,
    ]
    expect(failuresOf(await apply({ machines, steps }))).toEqual(['m2 COMMAND_FAILED'])
    expect([...(machines[0]?.files.keys() ?? [])].filter((path) => path.startsWith('/etc/m'))).toEqual(['/etc/m1.conf'])
  })
})

describe('a serial step', () => {
  it('leaves for last whom it is to leave for last', async () => {
    const small = lab([], { goesLast: ({ node }) => node.name === 'm1' })
    const order: string[] = []
    await apply({
      ...small,
      emit: (event) => {
        if (event.type === 'node-started') order.push(event.node)
      },
    })
    expect(order).toEqual(['m2', 'm1'])
  })

  it('is taken back from the last node to the first: what serves goes last', async () => {
    const machines = ['m1', 'm2', 'm3'].map((name) => new Machine(name))
    const made = step('one', [file('/etc/x.conf')], 'serial')
    expect(await apply({ machines, steps: [made] })).toBeUndefined()
    const order: string[] = []
    const emit = (event: EngineEvent): void => {
      if (event.type === 'node-started') order.push(event.node)
    }
    const undo = takeBack(made, ['m1', 'm2', 'm3'])
    expect(await apply({ machines, steps: [undo], leavesRecords: true, emit })).toBeUndefined()
    expect(order).toEqual(['m3', 'm2', 'm1'])
  })
})

describe('an examination', () => {
  it('asks the gates before steps without being asked to change anything, and tells no from cannot tell', async () => {
    const small = lab([gate(), gate({ id: 'later', when: 'after' }), gate({ id: 'peers', title: 'peers answer' })])
    answers(small.machines[0], 127)
    answers(small.machines[1], 1)
    const found = await examine(input(small))
    const own = found.findings.filter(({ id }) => id === 'P16')
    expect(own.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'fatal m2: said',
      'warning could not determine whether nobody answers for the VIP: m1 lacks a program for it: said',
      'fatal m2: said',
      'warning could not determine whether peers answer: m1 lacks a program for it: said',
    ])
    expect(small.machines.map(written)).toEqual([false, false])
  })

  it('names what holds', async () => {
    expect((await examine(input(lab([gate()])))).holding).toEqual(['nobody answers for the VIP'])
  })
})
