import { describe, expect, test, vi } from 'vitest'
import { trackActivity } from '../../../src/cli/progress/activity.js'
import { plainProgress } from '../../../src/cli/progress/plain-progress.js'
import { taskProgress } from '../../../src/cli/progress/task-progress.js'
import { quietProgress } from '../../../src/cli/progress/progress.js'
import type { EngineEvent } from '../../../src/engine/events.js'
import { TripodError } from '../../../src/errors.js'
import { onNodes, sampleOp, samplePlan, sampleStep } from '../sample-plan.js'

const op = sampleOp({ name: 'containerd', kind: 'package', step: 'container-runtime' })
const output: EngineEvent = { type: 'output', node: 'm1', step: 'container-runtime', line: 'Unpacking \u001b[31m' }

describe('what the nodes are doing', () => {
  test('is known from the events: begun, with the last line, and over', () => {
    const activity = trackActivity(() => 1000)
    activity.note({ type: 'op-started', op })
    activity.note(output)
    expect(activity.now()).toEqual([
      { node: 'm1', what: 'container-runtime: create package containerd', since: 1000, lastLine: output.line },
    ])
    activity.note({ type: 'op-finished', op, seconds: 1 })
    expect(activity.now()).toEqual([])
  })
})

describe('progress without a terminal', () => {
  test('is one line for each finished op, with time and duration; what nodes print only when verbose', () => {
    const lines: Record<'brief' | 'verbose', string[]> = { brief: [], verbose: [] }
    for (const kind of ['brief', 'verbose'] as const) {
      const now = (): Date => new Date(2026, 0, 1, 12, 3, 4)
      const progress = plainProgress({
        activity: trackActivity(),
        write: (line) => lines[kind].push(line),
        verbose: kind === 'verbose',
        now,
      })
      for (const event of [{ type: 'op-started', op }, output, { type: 'op-finished', op, seconds: 8.21 }] as const)
        progress.emit(event)
      void progress.end()
    }
    const done = '12:03:04 m1 container-runtime: create package containerd (8.2 s)'
    expect(lines.brief).toEqual([done])
    expect(lines.verbose).toEqual(['12:03:04 m1 | Unpacking \\x1b[31m', done])
  })

  test('beats every 30 s while something goes on', async () => {
    vi.useFakeTimers()
    try {
      const lines: string[] = []
      const activity = trackActivity()
      const progress = plainProgress({ activity, write: (line) => lines.push(line), verbose: false })
      activity.note({ type: 'op-started', op })
      activity.note(output)
      vi.advanceTimersByTime(61_000)
      await progress.end()
      vi.advanceTimersByTime(60_000)
      expect(lines.map((line) => line.slice(9))).toEqual([
        'm1 still container-runtime: create package containerd (30 s): Unpacking \\x1b[31m',
        'm1 still container-runtime: create package containerd (60 s): Unpacking \\x1b[31m',
      ])
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('progress on a terminal', () => {
  /** Runs the events through the task list and gives what was drawn on stderr. */
  async function drawn(nodes: readonly string[], events: readonly EngineEvent[]): Promise<string> {
    let screen = ''
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      screen += String(chunk)
      return true
    })
    try {
      const progress = taskProgress(quietProgress(() => undefined))
      progress.begin(samplePlan([sampleStep('kernel', onNodes(nodes, { name: '/a' }))]))
      // A turn of the loop, so that the list is on the screen before the first event, as in a real run.
      await new Promise((resolve) => setTimeout(resolve, 20))
      for (const event of events) progress.emit(event)
      await progress.end()
    } finally {
      write.mockRestore()
    }
    // eslint-disable-next-line no-control-regex
    return screen.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
  }

  const finished = (node: string): EngineEvent => ({ type: 'node-finished', step: 'kernel', node, seconds: 1 })
  const failed = (node: string): EngineEvent => ({
    type: 'node-failed',
    node,
    error: new TripodError('CONNECTION_LOST', `${node}: link broke`, ''),
  })

  test('has a row for each node, and says which failed and why; it ends although nodes are left', async () => {
    const screen = await drawn(['m1', 'm2', 'm3'], [finished('m1'), failed('m2')])
    expect(screen).toContain('kernel: Title of kernel')
    expect(screen).toContain('m2: CONNECTION_LOST m2: link broke')
  })

  test('counts instead of listing above 20 nodes', async () => {
    const nodes = Array.from({ length: 21 }, (_, index) => `w${String(index)}`)
    const screen = await drawn(nodes, [finished('w0'), failed('w1'), ...nodes.slice(2).map(finished)])
    expect(screen).toContain('kernel 20/21, 1 failed, 0 to go')
    expect(screen).not.toContain('w7')
  })
})
