import type { CheckId } from '../check-catalogue.js'
import type { NextStep } from '../next-step.js'
import type { Script } from '../shell.js'

/** How a node answered a gate's question. */
export interface GateAnswer {
  readonly node: string
  readonly code: number
  readonly output: string
}

/** What a node is asked. */
interface Question {
  readonly node: string
  /** The node whose turn it is; left out: the one that is asked. */
  readonly about?: string
  readonly script: Script
}

/**
 * Something that must hold around a step and that only asking machines can tell: no other host answers for the VIP, every
 * peer is reachable. It changes nothing. The plan names it; `tripod doctor` asks those that come before a step at any time.
 */
export type Gate = GateBefore | (GateParts & Later)

/** One that comes before a step. */
export type GateBefore = GateParts & Before

interface Before {
  readonly when: 'before'
  /** Under which its problems stand among the findings of a plan. */
  readonly check: CheckId
}

interface Later {
  /** after-node: after each node of a serial step, asking that node alone, and others about it. after: when all are done. */
  readonly when: 'after-node' | 'after'
  readonly check?: CheckId
}

interface GateParts {
  /** Stable within its step: `vip-free`. */
  readonly id: string
  /** What holds, said in the plan: `nobody answers for 10.0.0.10 (arping)`. */
  readonly title: string
  readonly questions: readonly Question[]
  /** What is wrong, a line each, naming the node; none: it holds. A node that did not answer is told by the engine. */
  readonly problems: (answers: readonly GateAnswer[]) => readonly string[]
  /** The next thing to do where it does not hold. */
  readonly fix: NextStep
  /** How long it may take to hold, in seconds, asked again every second; 0: it must hold at once. */
  readonly deadlineSeconds: number
  /** How long one question may take, in seconds; 30 when left out. */
  readonly timeoutSeconds?: number
}

/** The plain reading of answers: 0 holds, anything else does not, in the node's own words. */
export function whereNotZero(answers: readonly GateAnswer[]): readonly string[] {
  return answers.flatMap(({ node, code, output }) =>
    code === 0 ? [] : [`${node}: ${output.trim() === '' ? `ended with status ${code}` : output.trim()}`],
  )
}
