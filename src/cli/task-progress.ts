import { DefaultRenderer, Listr, ListrLogger, type ListrTask, PRESET_TIMER, ProcessOutput } from 'listr2'
import type { EngineEvent } from '../engine/events.js'
import type { Plan, PlannedStep } from '../engine/plan-types.js'
import { describeOp } from './describe-op.js'
import { escapeLine } from './escape.js'
import type { Progress } from './progress.js'

/** More nodes than this are counted, not listed. */
const MOST_LISTED = 20

/** listr2 asks stdout whether there is a terminal; it is stderr that counts here, also when stdout goes into a file. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true
}

/** One row on the screen: shown as working until it is settled from outside. */
interface Row {
  readonly title: string
  readonly settled: Promise<void>
  settle(error?: Error): void
  /** The listr2 task once it is on the screen. */
  screen?: { output: string; title: string }
}

function makeRow(title: string): Row {
  let settle: Row['settle'] = () => undefined
  const settled = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error === undefined) resolve()
      else reject(error)
    }
  })
  // It may be settled before listr2 looks at it.
  settled.catch(() => undefined)
  return { title, settled, settle }
}

interface StepRows {
  readonly id: string
  readonly title: string
  readonly all: Row
  readonly nodes: ReadonlyMap<string, Row>
  /** Below all rows, for what concerns the whole run. */
  bar?: { output: string }
  readonly done: Set<string>
  readonly failed: Set<string>
}

function rowsOf({ id, title, ops }: PlannedStep): StepRows {
  const nodes = [...new Set(ops.map((op) => op.node))]
  const rows = new Map(nodes.map((node) => [node, makeRow(node)]))
  return { id, title, all: makeRow(`${id}: ${title}`), nodes: rows, done: new Set(), failed: new Set() }
}

function asTask(row: Row): ListrTask {
  return {
    title: row.title,
    task: (_context, task) => {
      row.screen = task
      return row.settled
    },
  }
}

function stepTask(step: StepRows): ListrTask {
  const title = `${step.id}: ${step.title}`
  if (step.nodes.size > MOST_LISTED) return asTask(step.all)
  return {
    title,
    rendererOptions: { bottomBar: 2, persistentOutput: true },
    task: (_context, task) => {
      step.bar = task
      return task.newListr([...step.nodes.values()].map(asTask), { concurrent: true, exitOnError: false })
    },
  }
}

function counts({ nodes, done, failed, id }: StepRows): string {
  const running = nodes.size - done.size - failed.size
  return `${id} ${String(done.size)}/${String(nodes.size)}, ${String(failed.size)} failed, ${String(running)} to go`
}

/**
 * One row for each step, below it one for each node with its present op and the last line it printed. listr2 only draws:
 * its tasks wait for the engine's events. Before `begin` it is the other progress that shows.
 */
export function taskProgress(before: Progress): Progress {
  let steps: readonly StepRows[] = []
  let drawn: Promise<unknown> | undefined
  const settleNode = (step: StepRows, node: string, error?: Error): void => {
    const known = error === undefined ? step.done : step.failed
    known.add(node)
    step.nodes.get(node)?.settle(error)
    if (step.all.screen !== undefined) step.all.screen.title = counts(step)
    if (step.done.size + step.failed.size === step.nodes.size) step.all.settle()
  }
  const open = (node: string): StepRows | undefined =>
    steps.find((step) => step.nodes.has(node) && !step.done.has(node) && !step.failed.has(node))
  const show = (node: string, text: string): void => {
    const step = open(node)
    const screen = step?.nodes.get(node)?.screen ?? step?.all.screen
    if (screen !== undefined) screen.output = escapeLine(text)
  }
  const emit = (event: EngineEvent): void => {
    if (drawn === undefined) {
      before.emit(event)
      return
    }
    if (event.type === 'op-started') {
      const row = open(event.op.node)?.nodes.get(event.op.node)
      if (row?.screen !== undefined) row.screen.title = `${event.op.node}: ${describeOp(event.op)}`
    }
    if (event.type === 'op-finished') show(event.op.node, '')
    if (event.type === 'output') show(event.node, event.line)
    if (event.type === 'node-finished') {
      const step = steps.find((one) => one.id === event.step)
      const screen = step?.nodes.get(event.node)?.screen
      if (screen !== undefined) screen.title = event.node
      if (step !== undefined) settleNode(step, event.node)
    }
    if (event.type === 'node-failed') {
      const error = new Error(`${event.node}: ${event.error.code} ${escapeLine(event.error.message)}`)
      for (const step of steps)
        if (step.nodes.has(event.node) && !step.done.has(event.node)) settleNode(step, event.node, error)
    }
    if (event.type === 'notice') say(event.node === undefined ? event.message : `${event.node} ${event.message}`)
  }
  const say = (text: string): void => {
    if (drawn === undefined) {
      before.say(text)
      return
    }
    const screen = steps.find((step) => step.done.size + step.failed.size < step.nodes.size)
    const bar = screen?.bar ?? screen?.all.screen
    if (bar !== undefined) bar.output = escapeLine(text)
  }
  return {
    emit,
    say,
    begin(plan: Plan) {
      steps = plan.steps.map(rowsOf)
      const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
      drawn = new Listr(steps.map(stepTask), {
        renderer: StderrRenderer,
        registerSignalListeners: false,
        exitOnError: false,
        rendererOptions: { logger, timer: PRESET_TIMER, collapseErrors: false, collapseSubtasks: false },
      })
        .run()
        .catch(() => undefined)
    },
    async end() {
      await before.end()
      const stopped = new Error('not done')
      for (const step of steps) {
        for (const [node] of step.nodes)
          if (!step.done.has(node) && !step.failed.has(node)) settleNode(step, node, stopped)
      }
      await drawn
    },
  }
}
