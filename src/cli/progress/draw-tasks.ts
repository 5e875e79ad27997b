import { DefaultRenderer, Listr, ListrLogger, type ListrTask, PRESET_TIMER, ProcessOutput } from 'listr2'
import type { Row, StepRows } from './progress-rows.js'

/** More nodes than this are counted, not listed. */
const MOST_LISTED = 20

/** listr2 asks stdout whether there is a terminal; it is stderr that counts here, also when stdout goes into a file. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true
}

function rowTask(row: Row): ListrTask {
  return {
    title: row.title,
    task: (_context, task) => {
      row.screen = task
      return row.settled
    },
  }
}

function stepTask(step: StepRows): ListrTask {
  if (step.nodes.size > MOST_LISTED) return rowTask(step.all)
  return {
    title: step.all.title,
    rendererOptions: { bottomBar: 2, persistentOutput: true },
    task: (_context, task) => {
      step.bar = task
      return task.newListr([...step.nodes.values()].map(rowTask), { concurrent: true, exitOnError: false })
    },
  }
}

/** Draws the rows on stderr until all are settled. listr2 is not the scheduler: its tasks wait for what happens elsewhere. */
export async function drawTasks(steps: readonly StepRows[]): Promise<void> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const list = new Listr(steps.map(stepTask), {
    renderer: StderrRenderer,
    registerSignalListeners: false,
    exitOnError: false,
    rendererOptions: { logger, timer: PRESET_TIMER, collapseErrors: false, collapseSubtasks: false },
  })
  // A failed row is drawn as such; the error itself is the engine's to throw.
  await list.run().catch(() => undefined)
}
