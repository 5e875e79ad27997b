import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, TripodError } from '../../errors.js'
import type { Host } from '../../host/host.js'
import type { Gate, GateAnswer } from '../../steps/gate.js'
import type { Script } from '../../shell.js'
import type { Emit } from '../events.js'

const QUESTION_TIMEOUT_SECONDS = 30
const PAUSE_SECONDS = 1

export interface GateInput {
  /** Open connections by node; a question to any other node counts as not answered. */
  readonly hosts: ReadonlyMap<string, Host>
  readonly emit: Emit
  readonly signal: AbortSignal
}

/** What a gate's questions brought: it holds where both are empty. */
export interface GateFinding {
  /** What is wrong, a line each. */
  readonly problems: readonly string[]
  /** What could not be told, a line each: no answer, or a program for it that is not installed. */
  readonly untold: readonly string[]
}

/** Asks all questions of a gate, again until it holds or its deadline has passed, and says what it waits for. */
export async function askGate(gate: Gate, input: GateInput): Promise<GateFinding> {
  const deadline = performance.now() + gate.deadlineSeconds * 1000
  let told = false
  for (;;) {
    const finding = await ask(gate, input)
    const wrong = [...finding.problems, ...finding.untold]
    const left = Math.ceil((deadline - performance.now()) / 1000)
    if (wrong.length === 0 || left <= 0 || input.signal.aborted) return finding
    if (!told) input.emit({ type: 'notice', message: waiting(gate, wrong, left) })
    told = true
    await sleep(PAUSE_SECONDS * 1000)
  }
}

function waiting({ title }: Gate, [problem = '']: readonly string[], left: number): string {
  return `waiting up to ${left} s until ${title}; now ${problem}`
}

async function ask(gate: Gate, input: GateInput): Promise<GateFinding> {
  const asked = await Promise.all(
    gate.questions.map(({ node, script }) => question(node, script, input, gate.timeoutSeconds)),
  )
  const untold = asked.flatMap((one) => ('untold' in one ? [one.untold] : []))
  return { problems: gate.problems(asked.flatMap((one) => ('untold' in one ? [] : [one]))), untold }
}

const COMMAND_NOT_FOUND = 127

/** An answer that did not come is never a yes. */
async function question(
  node: string,
  script: Script,
  { hosts, signal }: GateInput,
  timeoutSeconds = QUESTION_TIMEOUT_SECONDS,
): Promise<GateAnswer | { readonly untold: string }> {
  const host = hosts.get(node)
  if (host === undefined) return { untold: `${node} was not reached` }
  try {
    const { code, stdout, stderr } = await host.run(script, { timeoutSeconds, signal, title: 'a check' })
    const output = [stdout, stderr].filter((text) => text.trim() !== '').join('\n')
    if (code === null) return { untold: `${node} did not answer to the end` }
    if (code === COMMAND_NOT_FOUND) return { untold: `${node} lacks a program for it: ${output.trim()}` }
    return { node, code, output }
  } catch (error) {
    return { untold: `${node} could not be asked: ${messageOf(error)}` }
  }
}

/** What a gate that does not hold means for a node that was to go through it. */
export function gateFailed(gate: Gate, step: string, { problems, untold }: GateFinding, node: string): TripodError {
  const check = gate.check === undefined ? '' : `${gate.check} `
  const said = [...problems, ...untold].map((line) => `  ${line}`).join('\n')
  const [code, consequence] =
    gate.when === 'before'
      ? (['PREFLIGHT_FAILED', `${step} was not started`] as const)
      : (['NOT_CONVERGED', `${step} was carried out, but this does not hold`] as const)
  return new TripodError(code, `${check}${consequence}: ${gate.title}\n${said}`, gate.fix, { node })
}
