import type { PlannedStep } from '../../engine/plan/plan-types.js'

/** One row on the screen: shown as working until it is settled from outside. */
export interface Row {
  readonly title: string
  readonly settled: Promise<void>
  readonly settle: (error?: Error) => void
  /** What is drawn, once it is on the screen. */
  screen?: { output: string; title: string }
}

/** A step and its nodes. */
export interface StepRows {
  readonly id: string
  readonly nodes: ReadonlyMap<string, Row>
  /** Stands for all nodes where they are too many to list. */
  readonly all: Row
  /** Below all rows, for what concerns the whole run. */
  bar?: { output: string }
  readonly done: Set<string>
  readonly failed: Set<string>
}

function makeRow(title: string): Row {
  let settle: Row['settle'] = () => undefined
  const settled = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error === undefined) resolve()
      else reject(error)
    }
  })
  // It may be settled before anybody looks at it.
  settled.catch(() => undefined)
  return { title, settled, settle }
}

/** All rows of a step, nothing done yet. */
export function rowsOf({ id, title, ops }: PlannedStep): StepRows {
  const nodes = [...new Set(ops.map((op) => op.node))]
  const rows = new Map(nodes.map((node) => [node, makeRow(node)]))
  return { id, nodes: rows, all: makeRow(`${id}: ${title}`), done: new Set(), failed: new Set() }
}

/** The node has its part of the step still before it. */
export function isOpen({ nodes, done, failed }: StepRows, node: string): boolean {
  return nodes.has(node) && !done.has(node) && !failed.has(node)
}

export function isOver({ nodes, done, failed }: StepRows): boolean {
  return done.size + failed.size === nodes.size
}

function counts({ id, nodes, done, failed }: StepRows): string {
  const left = nodes.size - done.size - failed.size
  return `${id} ${String(done.size)}/${String(nodes.size)}, ${String(failed.size)} failed, ${String(left)} to go`
}

/** The node's part of the step is over, well or not. */
export function settleNode(step: StepRows, node: string, error?: Error): void {
  if (!isOpen(step, node)) return
  const known = error === undefined ? step.done : step.failed
  known.add(node)
  step.nodes.get(node)?.settle(error)
  if (step.all.screen !== undefined) step.all.screen.title = counts(step)
  if (isOver(step)) step.all.settle()
}
