import type { Looked } from '../document/document-of.js'
import type { DocumentNode } from '../document/plan-document.js'
import type { Paint } from './colour.js'
import { escapeControls, escapeLine } from './escape.js'

type Finding = Looked['findings'][number]

/** Text of several lines, indented below its first. */
function block(text: string): string {
  return escapeControls(text).replaceAll('\n', '\n    ')
}

function unreadNode({ name, reachable, problems }: DocumentNode): readonly string[] {
  if (problems.length === 0) return reachable ? [] : [`! ${name} was not reached`]
  return problems.flatMap((problem) => [
    `! ${name}: ${problem.code} ${block(problem.message)}`,
    ...(problem.fix === '' ? [] : [`    Fix: ${block(problem.fix)}`]),
  ])
}

function finding({ id, severity, node, message, fix, accepted }: Finding): readonly string[] {
  const weight = accepted === true ? 'accepted by the inventory' : severity
  const where = node === undefined ? '' : ` ${node}:`
  return [`! ${id} ${weight}:${where} ${block(message)}`, ...(fix === '' ? [] : [`    Fix: ${block(fix)}`])]
}

const isFatal = (one: Finding): boolean => one.severity === 'fatal' && one.accepted !== true

/** Nodes that could not be read, resources that could not be read, findings: fatal ones first. */
export function renderPlanProblems(plan: Looked, paint: Paint): readonly string[] {
  const fatal = plan.findings.filter(isFatal)
  const others = plan.findings.filter((one) => !isFatal(one))
  return [
    ...plan.nodes.flatMap(unreadNode).map((line) => paint('red', line)),
    ...plan.unknown.map((one) =>
      paint(
        'red',
        `! ${one.node}: ${escapeLine(one.resource)} (${one.step}) could not be read: ${escapeLine(one.reason)}`,
      ),
    ),
    ...fatal.flatMap(finding).map((line) => paint('red', line)),
    ...others.flatMap(finding).map((line) => paint('yellow', line)),
  ]
}
