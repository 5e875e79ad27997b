import type { Emit, EngineEvent } from '../../engine/events.js'
import { describeOp } from '../render/describe-op.js'
import { drawTasks } from './draw-tasks.js'
import { escapeLine } from '../render/escape.js'
import { isOpen, isOver, rowsOf, settleNode, type StepRows } from './progress-rows.js'
import type { Progress } from './progress.js'

/** Where the node is now: its row in the first step it has not finished. */
function rowOf(steps: readonly StepRows[], node: string): { output: string; title: string } | undefined {
  return steps.find((step) => isOpen(step, node))?.nodes.get(node)?.screen
}

function write(screen: { output: string } | undefined, text: string): void {
  if (screen !== undefined) screen.output = escapeLine(text)
}

/** The present op is the node's title, what it prints stands below. */
function showNode(steps: readonly StepRows[], node: string, title: string): void {
  const screen = rowOf(steps, node)
  write(screen, '')
  if (screen !== undefined) screen.title = title
}

function failNode(steps: readonly StepRows[], node: string, why: string): void {
  for (const step of steps) settleNode(step, node, new Error(escapeLine(why)))
}

/** What an event changes on the screen. */
function draw(steps: readonly StepRows[], event: EngineEvent): void {
  if (event.type === 'op-started') showNode(steps, event.op.node, `${event.op.node}: ${describeOp(event.op)}`)
  if (event.type === 'op-finished') showNode(steps, event.op.node, event.op.node)
  if (event.type === 'output') write(rowOf(steps, event.node), event.line)
  if (event.type === 'node-finished') for (const step of steps) if (step.id === event.step) settleNode(step, event.node)
  if (event.type === 'node-failed')
    failNode(steps, event.node, `${event.node}: ${event.error.code} ${event.error.message}`)
}

/**
 * One row for each step, below it one for each node with its present op and the last line it printed. Before the plan is
 * agreed to, and after the last row, it is the other progress that shows.
 */
export function taskProgress(other: Progress): Progress {
  let steps: readonly StepRows[] = []
  let drawn: Promise<void> = Promise.resolve()
  const isDrawing = (): boolean => steps.some((step) => !isOver(step))
  const say = (text: string): void => {
    const step = steps.find((one) => !isOver(one))
    if (step === undefined) other.say(text)
    else write(step.bar ?? step.all.screen, text)
  }
  const emit: Emit = (event) => {
    if (!isDrawing()) other.emit(event)
    else if (event.type === 'notice') say(event.node === undefined ? event.message : `${event.node} ${event.message}`)
    else draw(steps, event)
  }
  return {
    emit,
    say,
    begin(plan) {
      other.begin(plan)
      steps = plan.steps.map(rowsOf)
      drawn = drawTasks(steps)
    },
    async end() {
      await other.end()
      for (const step of steps) for (const node of step.nodes.keys()) settleNode(step, node, new Error('not done'))
      await drawn
    },
  }
}
